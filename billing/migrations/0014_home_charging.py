"""Charging at home that employers pay back: stations, rates, statements that are told once and frozen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("billing_reimbursement", "billing_reimbursementline")
FROZEN = "\n".join(
    f"""
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_truncate();
"""
    for table in TABLES
)
THAWED = "\n".join(f"DROP TRIGGER frozen ON {table}; DROP TRIGGER no_truncate ON {table};" for table in TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('billing', '0013_price_series'),
        ('chargers', '0011_ends'),
    ]

    operations = [
        migrations.CreateModel(
            name='HomeStation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('employee_name', models.CharField(help_text='As on statements.', max_length=160)),
                ('valid_from', models.DateField()),
                ('ended_on', models.DateField(blank=True, help_text='The first day it no longer counts.', null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='home_stations', to='billing.account')),
                ('employee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='home_stations', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='home_stations', to='accounts.organisation')),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='homes', to='chargers.chargingstation')),
            ],
            options={
                'ordering': ['employee_name', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='HomeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('contract', "The employee's own contract"), ('flat', 'Flat rate of the tax office')], max_length=8)),
                ('per_kwh', models.DecimalField(decimal_places=8, max_digits=18)),
                ('valid_from', models.DateField()),
                ('home', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='billing.homestation')),
            ],
            options={
                'ordering': ['home', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Reimbursement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('month', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('parts', models.JSONField()),
                ('energy_wh', models.BigIntegerField()),
                ('total_minor', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reimbursements', to='billing.account')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reimbursements', to='accounts.organisation')),
            ],
            options={
                'ordering': ['-month', 'account__name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ReimbursementLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('turn', models.PositiveIntegerField()),
                ('told_wh', models.BigIntegerField()),
                ('energy_wh', models.BigIntegerField()),
                ('is_signed', models.BooleanField()),
                ('home', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.homestation')),
                ('rate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.homerate')),
                ('reimbursement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.reimbursement')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='home_lines', to='chargers.transaction')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='homestation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('station',), name='home_station_one_open'),
        ),
        migrations.AddConstraint(
            model_name='homestation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gt', models.F('valid_from')), _connector='OR'), name='home_station_days'),
        ),
        migrations.AddConstraint(
            model_name='homerate',
            constraint=models.UniqueConstraint(fields=('home', 'valid_from'), name='home_rate_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='homerate',
            constraint=models.CheckConstraint(condition=models.Q(('per_kwh__gt', 0)), name='home_rate_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='reimbursement',
            constraint=models.UniqueConstraint(fields=('account', 'month'), name='reimbursement_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='reimbursement',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='reimbursement_is_of_a_month'),
        ),
        migrations.AddConstraint(
            model_name='reimbursementline',
            constraint=models.UniqueConstraint(fields=('transaction', 'turn'), name='reimbursement_line_once'),
        ),
        migrations.RunSQL(FROZEN, THAWED),
    ]
