"""Cards entered on a provider's own page: its name, where the payer comes back to, and cards kept without a payment."""


import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('billing', '0018_dunning'),
        ('chargers', '0014_answer_without_credit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CardEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('provider', models.CharField(max_length=20)),
                ('customer_ref', models.CharField(blank=True, max_length=120)),
                ('form_ref', models.CharField(blank=True, help_text="The provider's name of the page.", max_length=120)),
                ('action_url', models.TextField(blank=True, help_text='Where the page is, while it waits.')),
                ('state', models.CharField(choices=[('open', 'Not entered yet'), ('kept', 'Kept'), ('over', 'Not entered')], default='open', max_length=4)),
                ('looks', models.PositiveIntegerField(default=0)),
                ('next_look_at', models.DateTimeField(help_text='Empty: nothing is left to do.', null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='paymentintent',
            name='back_url',
            field=models.CharField(blank=True, help_text='Where he comes back to from there.', max_length=500),
        ),
        migrations.AddField(
            model_name='paymentintent',
            name='form_ref',
            field=models.CharField(blank=True, help_text="The provider's name of its card page.", max_length=120),
        ),
        migrations.AlterField(
            model_name='paymentintent',
            name='action_url',
            field=models.TextField(blank=True, help_text='Where the payer goes on, while he has to.'),
        ),
        migrations.AddConstraint(
            model_name='paymentintent',
            constraint=models.UniqueConstraint(condition=models.Q(('form_ref', ''), _negated=True), fields=('provider', 'form_ref'), name='payment_form_ref_unique'),
        ),
        migrations.AddField(
            model_name='cardentry',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='card_entries', to='billing.account'),
        ),
        migrations.AddField(
            model_name='cardentry',
            name='method',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='entries', to='billing.paymentmethod'),
        ),
        migrations.AddField(
            model_name='cardentry',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='card_entries', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='cardentry',
            name='user',
            field=models.ForeignKey(help_text='Who wanted it kept.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='cardentry',
            index=models.Index(condition=models.Q(('next_look_at__isnull', False)), fields=['next_look_at'], name='card_entries_due'),
        ),
        migrations.AddConstraint(
            model_name='cardentry',
            constraint=models.UniqueConstraint(condition=models.Q(('form_ref', ''), _negated=True), fields=('provider', 'form_ref'), name='card_entry_form_ref_unique'),
        ),
    ]
