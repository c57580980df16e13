from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chargers", "0010_cases")]

    operations = [
        migrations.CreateModel(
            name="ServerCertificate",
            fields=[
                ("fingerprint", models.CharField(help_text="SHA-256, hex.", max_length=64, primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=255)),
                ("host", models.CharField(max_length=120)),
                ("expires_at", models.DateTimeField()),
                ("shown_at", models.DateTimeField(help_text="When a gateway last said that it shows it.")),
            ],
        ),
        migrations.AlterField(
            model_name="logrequest",
            name="state",
            field=models.CharField(choices=[("queued", "Request queued"), ("accepted", "Agreed"), ("uploading", "Uploading"), ("uploaded", "Uploaded"), ("failed", "Failed"), ("refused", "Refused"), ("timed_out", "Timed out"), ("expired", "Expired, file deleted")], default="queued", max_length=10),
        ),
    ]
