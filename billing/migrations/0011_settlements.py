"""What site hosts get: agreements, statements that are told once and frozen once agreed."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

# A statement may change while it is a draft; once agreed it can only become paid, once.
FROZEN = """
CREATE FUNCTION billing_settlement_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'DELETE of % refused: it has been agreed', OLD.code
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_is_frozen';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'draft' AND (OLD.state <> 'agreed' OR NEW.state <> 'paid' OR
        to_jsonb(NEW) - '{state,paid_on,paid_entry_id}'::text[] <> to_jsonb(OLD) - '{state,paid_on,paid_entry_id}'::text[])
    THEN
        RAISE EXCEPTION 'UPDATE of % refused: it has been agreed', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_is_frozen';
    END IF;
    IF OLD.state = 'draft' AND NEW.state = 'agreed' AND NEW.number IS DISTINCT FROM
        (SELECT last_number FROM billing_invoiceseries WHERE id = NEW.series_id) THEN
        RAISE EXCEPTION '% is not the number its series gave out last', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_series_gapless';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes BEFORE UPDATE OR DELETE ON billing_settlement
    FOR EACH ROW EXECUTE FUNCTION billing_settlement_changes();

CREATE FUNCTION billing_settlement_line_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its record;
BEGIN
    FOR its IN SELECT state, code FROM billing_settlement
        WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.settlement_id ELSE OLD.settlement_id END FOR SHARE LOOP
        IF its.state <> 'draft' OR TG_OP = 'UPDATE' THEN
            RAISE EXCEPTION '% of a line of % refused: it was told', TG_OP, its.code
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'settlement_is_frozen';
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes BEFORE INSERT OR UPDATE OR DELETE ON billing_settlementline
    FOR EACH ROW EXECUTE FUNCTION billing_settlement_line_changes();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON billing_settlementdocument
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_settlement
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_truncate();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_settlementline
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_truncate();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_settlementdocument
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_truncate();
"""
USED = """
CREATE OR REPLACE FUNCTION billing_number_is_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM billing_invoice WHERE series_id = NEW.id AND number = NEW.last_number)%s THEN
        RAISE EXCEPTION 'series %% gave %% to no document', NEW.prefix, NEW.last_number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_series_gapless';
    END IF;
    RETURN NULL;
END $$;
"""
BY_SETTLEMENTS = """
    AND NOT EXISTS (SELECT 1 FROM billing_settlement WHERE series_id = NEW.id AND number = NEW.last_number)"""
THAWED = """
DROP FUNCTION billing_settlement_changes CASCADE;
DROP FUNCTION billing_settlement_line_changes CASCADE;
DROP TRIGGER frozen ON billing_settlementdocument;
DROP TRIGGER no_truncate ON billing_settlement;
DROP TRIGGER no_truncate ON billing_settlementline;
DROP TRIGGER no_truncate ON billing_settlementdocument;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('billing', '0010_language_of_a_payment'),
        ('chargers', '0011_ends'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoiceseries',
            name='kind',
            field=models.CharField(choices=[('invoice', 'Invoice'), ('credit_note', 'Credit note'), ('settlement', 'Settlement with a site host')], max_length=11),
        ),
        migrations.AlterField(
            model_name='journalentry',
            name='kind',
            field=models.CharField(choices=[('final_rating', 'Final price of a session'), ('top_up', 'Top-up of a wallet'), ('capture', 'Payment captured'), ('payout', 'Payout by a provider'), ('refund', 'Refund'), ('payment_refund', 'Money of a payment given back'), ('voucher_paid', 'Voucher used as payment'), ('voucher_discount', 'Voucher as a discount'), ('subscription_fee', 'Subscription fee'), ('deferred_release', 'Part of a fee earned'), ('host_share', 'Share of a site host'), ('host_share_back', 'Share of a site host taken back'), ('host_paid', 'Site host paid'), ('host_paid_back', 'Site host paid back'), ('chargeback', 'Payment disputed'), ('dispute_won', 'Dispute won'), ('dispute_lost', 'Dispute lost'), ('dispute_recovered', 'Disputed payment claimed'), ('invoice_true_up', 'Rounding of an invoice'), ('bank_received', 'Bank transfer received'), ('bank_returned', 'Money returned by bank transfer'), ('reversal', 'Taken back')], max_length=20),
        ),
        migrations.CreateModel(
            name='SettlementAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('currency', models.CharField(help_text='ISO 4217; sessions in another one are not shared.', max_length=3)),
                ('percent', models.DecimalField(decimal_places=4, default=0, max_digits=7)),
                ('per_kwh', models.DecimalField(decimal_places=8, default=0, max_digits=18)),
                ('monthly_fee_minor', models.PositiveBigIntegerField(default=0)),
                ('fees_borne_by', models.CharField(choices=[('operator', 'We do'), ('host', 'The host'), ('shared', 'Both, as they share the revenue')], default='operator', max_length=8)),
                ('card_fee_percent', models.DecimalField(decimal_places=4, default=0, max_digits=7)),
                ('card_fee_minor', models.PositiveBigIntegerField(default=0)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, help_text='The first day it no longer holds.', null=True)),
                ('host', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlement_agreements', to='billing.party')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlement_agreements', to='accounts.organisation')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlement_agreements', to='chargers.site')),
            ],
            options={
                'ordering': ['site__name', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('month', models.DateField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('agreed', 'Agreed'), ('paid', 'Paid')], default='draft', max_length=6)),
                ('currency', models.CharField(max_length=3)),
                ('made_at', models.DateTimeField()),
                ('terms', models.JSONField()),
                ('taken', models.JSONField(help_text='{"net_minor": 0, "energy_wh": 0, "card_minor": 0, "card_payments": 0}')),
                ('span', models.JSONField(help_text='{"days": 30, "of": 30}')),
                ('components', models.JSONField(help_text='[{"what": "revenue", "exact": "123.4", "minor": 123}]')),
                ('net_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('gross_minor', models.BigIntegerField()),
                ('tax_decision', models.JSONField(help_text='Which rule of the tax table held, with its evidence.')),
                ('tax_code', models.CharField(blank=True, max_length=20)),
                ('number', models.PositiveIntegerField(null=True)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('agreed_at', models.DateTimeField(null=True)),
                ('agreed_on', models.DateField(null=True)),
                ('agreed_by', models.CharField(blank=True, max_length=160)),
                ('host_snapshot', models.JSONField(default=dict)),
                ('operator_snapshot', models.JSONField(default=dict)),
                ('paid_on', models.DateField(null=True)),
                ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='billing.journalentry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='accounts.organisation')),
                ('paid_entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement_paid', to='billing.journalentry')),
                ('series', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='billing.invoiceseries')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='billing.settlementagreement')),
            ],
            options={
                'ordering': ['-month', '-id'],
            },
        ),
        migrations.CreateModel(
            name='SettlementDocument',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('format', models.CharField(choices=[('html', 'Web page'), ('pdf', 'PDF'), ('ubl', 'UBL 2.1'), ('cii', 'Factur-X (CII)')], max_length=4)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='billing.settlement')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SettlementLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('turn', models.PositiveIntegerField()),
                ('attempt', models.PositiveIntegerField()),
                ('refunded_minor', models.BigIntegerField()),
                ('net_minor', models.BigIntegerField()),
                ('energy_wh', models.BigIntegerField()),
                ('card_minor', models.BigIntegerField()),
                ('card_payments', models.SmallIntegerField()),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlement_lines', to='billing.sessioncharge')),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='billing.settlement')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='settlementagreement',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_until', None)), fields=('site',), name='settlement_agreement_one_open'),
        ),
        migrations.AddConstraint(
            model_name='settlementagreement',
            constraint=models.CheckConstraint(condition=models.Q(('card_fee_percent__range', (0, 100)), ('per_kwh__gte', 0), ('percent__range', (0, 100))), name='settlement_agreement_percent'),
        ),
        migrations.AddConstraint(
            model_name='settlementagreement',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='settlement_agreement_days'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.UniqueConstraint(fields=('agreement', 'month'), name='settlement_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.UniqueConstraint(fields=('series', 'number'), name='settlement_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='settlement_is_of_a_month'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('gross_minor', django.db.models.expressions.CombinedExpression(models.F('net_minor'), '+', models.F('tax_minor')))), name='settlement_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entry', None), ('number', None), ('series', None), ('state', 'draft')), models.Q(('agreed_at__isnull', False), ('number__isnull', False), ('series__isnull', False), models.Q(models.Q(('gross_minor', 0), ('net_minor', 0)), ('entry__isnull', False), _connector='OR')), _connector='OR'), name='settlement_agreed_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='settlementdocument',
            constraint=models.UniqueConstraint(fields=('settlement', 'format'), name='settlement_document_unique'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.UniqueConstraint(fields=('charge', 'turn'), name='settlement_line_once'),
        ),
        migrations.RunSQL(FROZEN + USED % BY_SETTLEMENTS, USED % "" + THAWED),
    ]
