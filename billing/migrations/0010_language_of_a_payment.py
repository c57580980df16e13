from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_datev_settings'),
    ]

    operations = [
        migrations.AddField(
            model_name='paymentintent',
            name='locale',
            field=models.CharField(blank=True, help_text='The language its payer reads; empty: not known.', max_length=10),
        ),
    ]
