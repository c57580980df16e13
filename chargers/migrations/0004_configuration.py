from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0003_command_purpose"),
    ]

    operations = []
