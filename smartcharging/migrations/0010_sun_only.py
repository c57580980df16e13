from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('smartcharging', '0009_peak_price'),
    ]

    operations = [
        migrations.AddField(
            model_name='fleetneed',
            name='sun_only',
            field=models.BooleanField(default=False, help_text='By the sun as long as it is ready in time without the grid.'),
        ),
        migrations.AddField(
            model_name='need',
            name='sun_only',
            field=models.BooleanField(blank=True, null=True),
        ),
    ]
