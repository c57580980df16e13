from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0005_local_lists"),
    ]

    operations = []
