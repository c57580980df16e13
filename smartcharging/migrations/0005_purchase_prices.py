import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0013_price_series'),
        ('smartcharging', '0004_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='sitepolicy',
            name='price_series',
            field=models.ForeignKey(blank=True, help_text='What the site pays for energy: cars are charged when it is cheapest.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='site_policies', to='billing.priceseries'),
        ),
    ]
