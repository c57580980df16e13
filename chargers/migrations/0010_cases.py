from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0009_learned_facts"),
    ]

    operations = []
