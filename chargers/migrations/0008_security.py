from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0007_files"),
    ]

    operations = []
