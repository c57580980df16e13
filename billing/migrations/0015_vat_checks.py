"""What registers answered about VAT ids, kept as evidence."""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON billing_vatcheck
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_vatcheck
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_truncate();
"""
THAWED = "DROP TRIGGER frozen ON billing_vatcheck; DROP TRIGGER no_truncate ON billing_vatcheck;"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('billing', '0014_home_charging'),
    ]

    operations = [
        migrations.CreateModel(
            name='VatCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('vat_id', models.CharField(max_length=20)),
                ('answer', models.CharField(choices=[('valid', 'Valid'), ('invalid', 'Not known'), ('unavailable', 'No answer')], max_length=11)),
                ('asked_at', models.DateTimeField()),
                ('consultation', models.CharField(blank=True, max_length=60)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=255)),
                ('told_by', models.CharField(help_text='Who wrote it down.', max_length=160)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vat_checks', to='accounts.organisation')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vat_checks', to='billing.party')),
            ],
            options={
                'ordering': ['-asked_at', '-id'],
                'indexes': [models.Index(fields=['party', '-asked_at'], name='vat_checks_by_party')],
            },
        ),
        migrations.RunSQL(FROZEN, THAWED),
    ]
