import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0006_reservations"),
    ]

    operations = [
        migrations.CreateModel(
            name="FirmwarePolicy",
            fields=[
                (
                    "station",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="firmware_policy",
                        serialize=False,
                        to="chargers.chargingstation",
                    ),
                ),
                ("allows_unsigned", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("set_by", models.CharField(blank=True, max_length=160)),
                ("set_at", models.DateTimeField(null=True)),
                ("signed_refused_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FirmwareFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("vendor", models.CharField(max_length=255)),
                (
                    "model",
                    models.CharField(
                        blank=True, help_text="Empty: all models of the vendor.", max_length=255
                    ),
                ),
                ("version", models.CharField(max_length=255)),
                ("notes", models.TextField(blank=True)),
                ("signature", models.TextField(blank=True)),
                (
                    "certificate",
                    models.TextField(blank=True, help_text="PEM, the signing certificate first."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("empty", "Waiting for the file"),
                            ("unsigned", "Unsigned"),
                            ("verified", "Signature verified"),
                            ("refused", "Refused"),
                        ],
                        default="empty",
                        max_length=10,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True, help_text="What the check of the signature found.", max_length=255
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=255)),
                ("storage_name", models.CharField(blank=True, editable=False, max_length=255)),
                ("size_bytes", models.BigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("uploaded_at", models.DateTimeField(null=True)),
                ("added_by", models.CharField(blank=True, max_length=160)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="firmware_files",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["vendor", "model", "-created_at"],
            },
        ),
        migrations.CreateModel(
            name="FirmwareCampaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "selection",
                    models.JSONField(default=dict, help_text="The filter the stations were chosen by."),
                ),
                (
                    "wave_sizes",
                    models.JSONField(default=list, help_text="Stations a wave; the last number repeats."),
                ),
                ("max_failures", models.PositiveIntegerField(blank=True, null=True)),
                ("max_failed_percent", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "transport",
                    models.CharField(
                        choices=[("https", "HTTPS"), ("ftp", "FTP (not encrypted)")],
                        default="https",
                        max_length=6,
                    ),
                ),
                ("retrieve_at", models.DateTimeField(blank=True, null=True)),
                ("install_at", models.DateTimeField(blank=True, null=True)),
                ("retries", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("stopped", "Stopped by its rule"),
                            ("aborted", "Aborted"),
                            ("finished", "Finished"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("wave", models.PositiveIntegerField(default=0, help_text="The newest wave that was begun.")),
                ("forgiven_until", models.DateTimeField(null=True)),
                ("started_by", models.CharField(max_length=160)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="firmware_campaigns",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="campaigns",
                        to="chargers.firmwarefile",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="FirmwareUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("wave", models.PositiveIntegerField(default=0)),
                ("request_id", models.IntegerField()),
                (
                    "is_signed",
                    models.BooleanField(default=False, help_text="Sent with signature and certificate."),
                ),
                ("why_so", models.CharField(blank=True, help_text="Why signed or unsigned.", max_length=255)),
                (
                    "transport",
                    models.CharField(
                        choices=[("https", "HTTPS"), ("ftp", "FTP (not encrypted)")],
                        default="https",
                        max_length=6,
                    ),
                ),
                ("retrieve_at", models.DateTimeField(null=True)),
                ("install_at", models.DateTimeField(null=True)),
                ("retries", models.PositiveSmallIntegerField(default=0, help_text="Requests we may repeat.")),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("requested_by", models.CharField(max_length=160)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Waiting for its wave"),
                            ("queued", "Request queued"),
                            ("scheduled", "Agreed"),
                            ("downloading", "Downloading"),
                            ("downloaded", "Downloaded"),
                            ("verified", "Signature verified"),
                            ("installing", "Installing"),
                            ("installed", "Installed, version not yet seen"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("refused", "Refused"),
                            ("timed_out", "Timed out"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("steps", models.JSONField(default=list)),
                ("previous_version", models.CharField(blank=True, max_length=255)),
                ("reported_version", models.CharField(blank=True, max_length=255)),
                ("sent_at", models.DateTimeField(null=True)),
                ("deadline_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="updates",
                        to="chargers.firmwarecampaign",
                    ),
                ),
                (
                    "command",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="chargers.command",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="updates",
                        to="chargers.firmwarefile",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="firmware_updates",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="LogRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("diagnostics", "Diagnostics"),
                            ("diagnostics_log", "Diagnostics log"),
                            ("security_log", "Security log"),
                        ],
                        max_length=16,
                    ),
                ),
                ("request_id", models.IntegerField()),
                (
                    "transport",
                    models.CharField(
                        choices=[("https", "HTTPS"), ("ftp", "FTP (not encrypted)")],
                        default="https",
                        max_length=6,
                    ),
                ),
                ("oldest_at", models.DateTimeField(null=True)),
                ("latest_at", models.DateTimeField(null=True)),
                ("requested_by", models.CharField(max_length=160)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Request queued"),
                            ("accepted", "Agreed"),
                            ("uploading", "Uploading"),
                            ("uploaded", "Uploaded"),
                            ("failed", "Failed"),
                            ("refused", "Refused"),
                            ("timed_out", "Timed out"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("steps", models.JSONField(default=list)),
                ("reported_status", models.CharField(blank=True, max_length=40)),
                ("reported_at", models.DateTimeField(null=True)),
                ("announced_name", models.CharField(blank=True, max_length=255)),
                ("deadline_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("file_name", models.CharField(blank=True, max_length=255)),
                ("storage_name", models.CharField(blank=True, editable=False, max_length=255)),
                ("size_bytes", models.BigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("received_at", models.DateTimeField(null=True)),
                (
                    "command",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="chargers.command",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="log_requests",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ManufacturerRoot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("vendor", models.CharField(max_length=255)),
                ("certificate", models.TextField(help_text="PEM, one certificate.")),
                ("subject", models.CharField(max_length=255)),
                (
                    "fingerprint",
                    models.CharField(help_text="SHA-256 of the certificate, hex.", max_length=64),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="manufacturer_roots",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["vendor", "subject"],
            },
        ),
        migrations.CreateModel(
            name="StrayFileReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("about", models.CharField(help_text="firmware or log", max_length=10)),
                ("status", models.CharField(max_length=40)),
                ("request_id", models.BigIntegerField(null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stray_file_reports",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="TransferLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("station_download", "Firmware for a station"),
                            ("station_upload", "Log from a station"),
                            ("firmware_upload", "Firmware from an operator"),
                            ("firmware_download", "Firmware for an operator"),
                            ("log_download", "Log for an operator"),
                        ],
                        max_length=18,
                    ),
                ),
                (
                    "transport",
                    models.CharField(
                        choices=[("https", "HTTPS"), ("ftp", "FTP (not encrypted)")],
                        default="https",
                        max_length=6,
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("requests", models.PositiveIntegerField(default=0)),
                ("bytes_moved", models.BigIntegerField(default=0)),
                ("last_request_at", models.DateTimeField(null=True)),
                (
                    "firmware_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="chargers.firmwarefile",
                    ),
                ),
                (
                    "log_request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="chargers.logrequest",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transfer_links",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="chargers.chargingstation",
                    ),
                ),
                (
                    "update",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="chargers.firmwareupdate",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="firmwareupdate",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "planned",
                            "queued",
                            "scheduled",
                            "downloading",
                            "downloaded",
                            "verified",
                            "installing",
                            "installed",
                        ],
                    )
                ),
                fields=["deadline_at"],
                name="open_firmware_updates",
            ),
        ),
        migrations.AddIndex(
            model_name="firmwareupdate",
            index=models.Index(fields=["campaign", "wave"], name="updates_by_wave"),
        ),
        migrations.AddConstraint(
            model_name="firmwareupdate",
            constraint=models.UniqueConstraint(
                fields=("station", "request_id"), name="firmware_request_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="firmwareupdate",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "queued",
                            "scheduled",
                            "downloading",
                            "downloaded",
                            "verified",
                            "installing",
                            "installed",
                        ],
                    )
                ),
                fields=("station",),
                name="one_running_update",
            ),
        ),
        migrations.AddConstraint(
            model_name="logrequest",
            constraint=models.UniqueConstraint(
                fields=("station", "request_id"), name="log_request_id_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="manufacturerroot",
            constraint=models.UniqueConstraint(
                fields=("organisation", "vendor", "fingerprint"), name="manufacturer_root_unique"
            ),
        ),
    ]
