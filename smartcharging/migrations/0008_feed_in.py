from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('smartcharging', '0007_visit_digests'),
    ]

    operations = [
        migrations.AddField(
            model_name='sitepolicy',
            name='feed_in_price',
            field=models.FloatField(default=0.0, help_text='What a kWh of solar energy earns that nobody uses here.'),
        ),
    ]
