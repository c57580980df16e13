import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0008_security"),
    ]

    operations = [
        migrations.AlterField(
            model_name="chargingstation",
            name="quirks",
            field=models.JSONField(
                blank=True, default=dict, help_text="Deviations seen: code, first and last time."
            ),
        ),
        migrations.CreateModel(
            name="LearnedFact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("clock", "Clock"),
                            ("pings", "WebSocket pings"),
                            ("phases", "Phases"),
                            ("register", "Meter register"),
                            ("meter_unit", "Unit of the meter"),
                            ("boot_trigger", "Request to boot again"),
                            ("trigger_place", "Request for a message"),
                            ("settings_keys", "Settings in one request"),
                            ("settings_all", "Reading all settings"),
                        ],
                        max_length=20,
                    ),
                ),
                ("value", models.CharField(max_length=60)),
                ("evidence", models.JSONField(default=dict)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={"ordering": ["station_id", "kind"]},
        ),
        migrations.AddConstraint(
            model_name="learnedfact",
            constraint=models.UniqueConstraint(fields=("station", "kind"), name="learned_fact_unique"),
        ),
    ]
