from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('smartcharging', '0008_feed_in'),
    ]

    operations = [
        migrations.AddField(
            model_name='sitepolicy',
            name='peak_price',
            field=models.FloatField(default=0.0, help_text="What a kW of the month's highest quarter of an hour costs."),
        ),
    ]
