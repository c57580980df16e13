"""Turns the two tables that grow without end into monthly partitions, before anything is in them."""

from django.db import migrations

PARTITION = """
ALTER TABLE {table} RENAME TO {table}_plain;
CREATE TABLE {table} (LIKE {table}_plain) PARTITION BY RANGE ({key});
DROP TABLE {table}_plain;
CREATE SEQUENCE {table}_id OWNED BY {table}.id;
ALTER TABLE {table} ALTER COLUMN id SET DEFAULT nextval('{table}_id');
CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT;
"""

METER_INDEXES = """
CREATE UNIQUE INDEX meter_value_once ON chargers_metervalue (station_id, taken_at, evse_no, connector_no, digest);
CREATE INDEX meter_value_by_transaction ON chargers_metervalue (transaction_id, taken_at)
    WHERE transaction_id IS NOT NULL;
"""

MESSAGE_INDEXES = """
CREATE INDEX message_by_station ON chargers_messageexchange (station_id, received_at, id);
"""

# Rows that change often get room to be updated in place.
TUNING = """
ALTER TABLE chargers_stationconnection SET (fillfactor = 50);
ALTER TABLE chargers_connector SET (fillfactor = 70);
ALTER TABLE chargers_chargingstation SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [("chargers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            PARTITION.format(table="chargers_metervalue", key="taken_at") + METER_INDEXES,
            "DROP INDEX meter_value_once; DROP INDEX meter_value_by_transaction;",
        ),
        migrations.RunSQL(
            PARTITION.format(table="chargers_messageexchange", key="received_at") + MESSAGE_INDEXES,
            "DROP INDEX message_by_station;",
        ),
        migrations.RunSQL(TUNING, migrations.RunSQL.noop),
    ]
