"""Reminding who does not pay: rules, a case for each invoice, each level taken once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('billing', '0017_vouchers'),
        ('chargers', '0014_answer_without_credit'),
    ]

    operations = [
        migrations.AlterField(
            model_name='journalentry',
            name='kind',
            field=models.CharField(choices=[('final_rating', 'Final price of a session'), ('top_up', 'Top-up of a wallet'), ('capture', 'Payment captured'), ('payout', 'Payout by a provider'), ('refund', 'Refund'), ('payment_refund', 'Money of a payment given back'), ('voucher_paid', 'Voucher used as payment'), ('voucher_discount', 'Voucher as a discount'), ('subscription_fee', 'Subscription fee'), ('deferred_release', 'Part of a fee earned'), ('host_share', 'Share of a site host'), ('host_share_back', 'Share of a site host taken back'), ('host_paid', 'Site host paid'), ('host_paid_back', 'Site host paid back'), ('chargeback', 'Payment disputed'), ('dispute_won', 'Dispute won'), ('dispute_lost', 'Dispute lost'), ('dispute_recovered', 'Disputed payment claimed'), ('invoice_true_up', 'Rounding of an invoice'), ('bank_received', 'Bank transfer received'), ('bank_returned', 'Money returned by bank transfer'), ('dunning_fee', 'Fee of a reminder'), ('reversal', 'Taken back')], max_length=20),
        ),
        migrations.AlterField(
            model_name='receiptmail',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Not delivered'), ('dropped', 'Not sent: too late'), ('nobody', 'Not sent: no address')], default='waiting', max_length=7),
        ),
        migrations.CreateModel(
            name='DunningCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('running', 'Running'), ('held', 'On hold'), ('disputed', 'Disputed'), ('ended', 'Ended')], default='running', max_length=8)),
                ('level', models.PositiveSmallIntegerField(choices=[(0, 'Not reminded yet'), (1, 'Reminder'), (2, 'Second reminder'), (3, 'Cards blocked'), (4, 'Handed over')], default=0)),
                ('turn', models.PositiveSmallIntegerField(default=0)),
                ('taken_on', models.DateField(help_text='When the last level was taken.', null=True)),
                ('because', models.CharField(blank=True, max_length=255)),
                ('opened_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dunning_cases', to='billing.account')),
                ('dispute', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.paymentdispute')),
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dunning_case', to='billing.invoice')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dunning_cases', to='accounts.organisation')),
            ],
            options={
                'ordering': ['-opened_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DunningProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('is_active', models.BooleanField(default=False)),
                ('reminder_days', models.PositiveSmallIntegerField(default=7)),
                ('second_days', models.PositiveSmallIntegerField(default=21)),
                ('block_days', models.PositiveSmallIntegerField(blank=True, default=35, null=True)),
                ('hand_over_days', models.PositiveSmallIntegerField(blank=True, default=60, null=True)),
                ('reminder_fee_minor', models.PositiveIntegerField(default=0)),
                ('second_fee_minor', models.PositiveIntegerField(default=500)),
                ('block_fee_minor', models.PositiveIntegerField(default=0)),
                ('hand_over_fee_minor', models.PositiveIntegerField(default=0)),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dunning_profile', to='accounts.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DunningStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('to', models.EmailField(blank=True, max_length=254)),
                ('locale', models.CharField(default='en', max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Not delivered'), ('dropped', 'Not sent: too late'), ('nobody', 'Not sent: no address')], default='waiting', max_length=7)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(help_text='Empty: nothing is left to do.', null=True)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=255)),
                ('turn', models.PositiveSmallIntegerField()),
                ('level', models.PositiveSmallIntegerField(choices=[(0, 'Not reminded yet'), (1, 'Reminder'), (2, 'Second reminder'), (3, 'Cards blocked'), (4, 'Handed over')])),
                ('taken_at', models.DateTimeField()),
                ('taken_by', models.CharField(max_length=160)),
                ('open_minor', models.BigIntegerField()),
                ('fee_minor', models.PositiveIntegerField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='billing.dunningcase')),
                ('fee_entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dunning_step', to='billing.journalentry')),
                ('fee_invoice', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dunning_step', to='billing.invoice')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='dunningcase',
            index=models.Index(condition=models.Q(('level__gte', 3), ('state', 'running')), fields=['account'], name='dunning_blocks'),
        ),
        migrations.AddConstraint(
            model_name='dunningcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state', 'ended')), models.Q(models.Q(('state', 'ended'), _negated=True), ('ended_at', None)), _connector='OR'), name='dunning_case_ended_when_ended'),
        ),
        migrations.AddIndex(
            model_name='dunningstep',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['next_attempt_at'], name='dunning_mails_due'),
        ),
        migrations.AddConstraint(
            model_name='dunningstep',
            constraint=models.UniqueConstraint(fields=('case', 'turn', 'level'), name='dunning_step_once'),
        ),
    ]
