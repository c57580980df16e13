from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0004_configuration"),
    ]

    operations = []
