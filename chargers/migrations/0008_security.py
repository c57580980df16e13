import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("chargers", "0007_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="chargingstation",
            name="reconnect_wanted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="chargingstation",
            name="security_profile_floor",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "0 · no password"),
                    (1, "1 · password, unencrypted"),
                    (2, "2 · password over TLS"),
                    (3, "3 · client certificate over TLS"),
                ],
                default=1,
                editable=False,
            ),
        ),
        migrations.CreateModel(
            name="CertificateAuthority",
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
                        choices=[("root", "Root"), ("intermediate", "Intermediate")], max_length=12
                    ),
                ),
                ("certificate", models.TextField(help_text="PEM.")),
                ("sealed_key", models.TextField(blank=True, editable=False)),
                ("subject", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(help_text="SHA-256, hex.", max_length=64, unique=True)),
                ("starts_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("crl", models.TextField(blank=True, help_text="PEM.")),
                ("crl_number", models.BigIntegerField(default=0)),
                ("crl_next_update_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certificate_authorities",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="chargers.certificateauthority",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="InstalledCertificate",
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
                    "use",
                    models.CharField(
                        choices=[
                            ("CentralSystemRootCertificate", "This system"),
                            ("ManufacturerRootCertificate", "Firmware of the manufacturer"),
                        ],
                        max_length=30,
                    ),
                ),
                ("hash_algorithm", models.CharField(max_length=10)),
                ("issuer_name_hash", models.CharField(max_length=128)),
                ("issuer_key_hash", models.CharField(max_length=128)),
                ("serial_number", models.CharField(help_text="Hex, as the station wrote it.", max_length=40)),
                ("checked_at", models.DateTimeField()),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="installed_certificates",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["use", "serial_number"],
            },
        ),
        migrations.CreateModel(
            name="RootCertificate",
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
                    "use",
                    models.CharField(
                        choices=[
                            ("CentralSystemRootCertificate", "This system"),
                            ("ManufacturerRootCertificate", "Firmware of the manufacturer"),
                        ],
                        max_length=30,
                    ),
                ),
                ("certificate", models.TextField(help_text="PEM, one certificate.")),
                ("subject", models.CharField(max_length=255)),
                ("issuer", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(help_text="SHA-256, hex.", max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="root_certificates",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SecurityChange",
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
                            ("key_rotation", "New password"),
                            ("profile_raise", "Higher security profile"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked the station"),
                            ("waiting", "Waiting for it to come back"),
                            ("done", "Done"),
                            ("refused", "Refused by the station"),
                            ("fell_back", "Fell back to the old way"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                (
                    "profile",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "0 · no password"),
                            (1, "1 · password, unencrypted"),
                            (2, "2 · password over TLS"),
                            (3, "3 · client certificate over TLS"),
                        ],
                        null=True,
                    ),
                ),
                ("window_until", models.DateTimeField(help_text="Then the old way is the only one again.")),
                ("finished_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=255)),
                ("actor_label", models.CharField(max_length=160)),
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
                        related_name="security_changes",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SecurityEvent",
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
                    "source",
                    models.CharField(
                        choices=[("station", "The station"), ("gateway", "This system")], max_length=8
                    ),
                ),
                ("type", models.CharField(max_length=50)),
                (
                    "text",
                    models.CharField(
                        blank=True, help_text="As the station wrote it: not to be trusted.", max_length=255
                    ),
                ),
                ("is_critical", models.BooleanField()),
                ("happened_at", models.DateTimeField(help_text="By the station's clock.")),
                ("received_at", models.DateTimeField()),
                (
                    "count",
                    models.PositiveIntegerField(default=1, help_text="How often, when it came in a flood."),
                ),
                ("last_at", models.DateTimeField()),
                (
                    "seen_at",
                    models.DateTimeField(help_text="When somebody said that it is dealt with.", null=True),
                ),
                ("seen_by", models.CharField(blank=True, max_length=160)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="security_events",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="security_events",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="StationCertificate",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("issued", "Issued"),
                            ("delivered", "Delivered, not yet used"),
                            ("in_use", "In use"),
                            ("replaced", "Replaced by a newer one"),
                            ("refused", "Refused by the station"),
                            ("revoked", "Revoked"),
                        ],
                        default="issued",
                        max_length=10,
                    ),
                ),
                ("common_name", models.CharField(max_length=64)),
                ("serial_number", models.CharField(help_text="Hex.", max_length=40)),
                ("fingerprint", models.CharField(help_text="SHA-256, hex.", max_length=64, unique=True)),
                ("certificate", models.TextField(help_text="PEM.")),
                ("key_type", models.CharField(max_length=20)),
                ("csr_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(null=True)),
                ("first_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "revocation_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unspecified", "Not said"),
                            ("key_compromise", "Its key may be known to others"),
                            ("superseded", "Replaced"),
                            ("cessation_of_operation", "The station is out of service"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issued",
                        to="chargers.certificateauthority",
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certificates",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="certificates",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["-issued_at", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="certificateauthority",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "root")), fields=("kind",), name="one_root"
            ),
        ),
        migrations.AddConstraint(
            model_name="installedcertificate",
            constraint=models.UniqueConstraint(
                fields=("station", "use", "issuer_name_hash", "issuer_key_hash", "serial_number"),
                name="installed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="rootcertificate",
            constraint=models.UniqueConstraint(
                fields=("organisation", "use", "fingerprint"), name="root_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="securitychange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "waiting"])),
                fields=("station", "kind"),
                name="one_open_change",
            ),
        ),
        migrations.AddIndex(
            model_name="securityevent",
            index=models.Index(fields=["station", "-received_at", "-id"], name="security_by_station"),
        ),
        migrations.AddIndex(
            model_name="securityevent",
            index=models.Index(fields=["organisation", "-received_at", "-id"], name="security_by_time"),
        ),
        migrations.AddIndex(
            model_name="securityevent",
            index=models.Index(
                condition=models.Q(("is_critical", True), ("seen_at", None)),
                fields=["organisation"],
                name="security_to_see_to",
            ),
        ),
        migrations.AddIndex(
            model_name="stationcertificate",
            index=models.Index(fields=["station", "-issued_at"], name="certificates_by_station"),
        ),
        migrations.AddIndex(
            model_name="stationcertificate",
            index=models.Index(fields=["organisation", "expires_at"], name="certificates_by_expiry"),
        ),
        migrations.AddConstraint(
            model_name="stationcertificate",
            constraint=models.UniqueConstraint(fields=("authority", "serial_number"), name="serial_once"),
        ),
    ]
