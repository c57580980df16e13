import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("chargers", "0005_local_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkCommand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("label", models.CharField(max_length=120)),
                ("wish", models.CharField(blank=True, max_length=40)),
                ("action", models.CharField(blank=True, max_length=60)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "All sent"), ("cancelled", "Stopped")],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField()),
                (
                    "per_minute",
                    models.PositiveIntegerField(help_text="How many stations a minute get it at most."),
                ),
                (
                    "wait_s",
                    models.PositiveIntegerField(
                        help_text="How long a command waits for a station that is offline."
                    ),
                ),
                ("actor_label", models.CharField(max_length=160)),
                ("actor_source", models.CharField(blank=True, max_length=20)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "actor_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bulk_commands",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
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
                            ("waiting", "In line"),
                            ("sent", "Command made"),
                            ("skipped", "Left out"),
                            ("cancelled", "Stopped before"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                (
                    "bulk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="chargers.bulkcommand",
                    ),
                ),
                (
                    "command",
                    models.OneToOneField(
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
                        related_name="+",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("wire_id", models.BigIntegerField()),
                (
                    "evse_no",
                    models.PositiveIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(2147483647)]
                    ),
                ),
                ("uid", models.CharField(max_length=255)),
                ("token_type", models.CharField(blank=True, max_length=20)),
                (
                    "parent_uid",
                    models.CharField(
                        blank=True, help_text="Tags of this group may use the reservation too.", max_length=36
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Asked for"),
                            ("active", "Active"),
                            ("rejected", "Refused by station"),
                            ("used", "Used"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                            ("failed", "Failed"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=40)),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="What happened last, in a sentence.", max_length=255
                    ),
                ),
                ("made_by", models.CharField(blank=True, max_length=160)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "id_tag",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reservations",
                        to="chargers.idtag",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reservations",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reservations",
                        to="chargers.chargingstation",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reservations",
                        to="chargers.transaction",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduledCommand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(editable=False, max_length=40, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("action", models.CharField(max_length=60)),
                ("payload", models.JSONField(default=dict)),
                ("not_before", models.DateTimeField()),
                (
                    "when_idle",
                    models.BooleanField(default=False, help_text="Wait until no transaction is open."),
                ),
                ("give_up_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Handed over"),
                            ("cancelled", "Cancelled"),
                            ("given_up", "Given up"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("actor_label", models.CharField(max_length=160)),
                ("actor_source", models.CharField(blank=True, max_length=20)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "actor_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "command",
                    models.OneToOneField(
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
                        related_name="scheduled_commands",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.AddIndex(
            model_name="bulkcommand",
            index=models.Index(fields=["organisation", "-created_at", "-id"], name="bulk_by_time"),
        ),
        migrations.AddIndex(
            model_name="bulkcommand",
            index=models.Index(condition=models.Q(("state", "running")), fields=["id"], name="running_bulk"),
        ),
        migrations.AddIndex(
            model_name="bulkitem",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["bulk", "id"], name="waiting_bulk_items"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.UniqueConstraint(fields=("bulk", "station"), name="bulk_station_unique"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["organisation", "-created_at", "-id"], name="reservations_by_time"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("state__in", ["requested", "active"])),
                fields=["station", "expires_at"],
                name="open_reservations",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("station", "wire_id"), name="reservation_wire_id_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="scheduledcommand",
            index=models.Index(fields=["station", "-created_at"], name="scheduled_by_station"),
        ),
        migrations.AddIndex(
            model_name="scheduledcommand",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["not_before"], name="waiting_schedule"
            ),
        ),
    ]
