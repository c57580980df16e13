import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0004_configuration"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LocalList",
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
                ("every_tag", models.BooleanField(default=True, verbose_name="all ID tags")),
                (
                    "automatic",
                    models.BooleanField(
                        default=True,
                        help_text="Stations get the changes a moment after tags have changed.",
                        verbose_name="send changes by itself",
                    ),
                ),
                ("digest", models.CharField(blank=True, editable=False, max_length=40)),
                ("seen_digest", models.CharField(blank=True, editable=False, max_length=40)),
                ("changed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "groups",
                    models.ManyToManyField(blank=True, related_name="local_lists", to="chargers.idtaggroup"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="local_lists",
                        to="accounts.organisation",
                    ),
                ),
                ("tags", models.ManyToManyField(blank=True, related_name="local_lists", to="chargers.idtag")),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="LocalListSite",
            fields=[
                (
                    "site",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="local_list_site",
                        serialize=False,
                        to="chargers.site",
                    ),
                ),
                (
                    "local_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sites",
                        to="chargers.locallist",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LocalListStation",
            fields=[
                (
                    "station",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="local_list_station",
                        serialize=False,
                        to="chargers.chargingstation",
                    ),
                ),
                (
                    "local_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stations",
                        to="chargers.locallist",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StationList",
            fields=[
                (
                    "station",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="list_state",
                        serialize=False,
                        to="chargers.chargingstation",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unknown", "Not asked yet"),
                            ("current", "Up to date"),
                            ("behind", "Behind"),
                            ("sending", "Being sent"),
                            ("drifted", "Another version there"),
                            ("too_long", "Too long for the station"),
                            ("failed", "Failed"),
                            ("unsupported", "No list on this station"),
                        ],
                        default="unknown",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("desired_version", models.BigIntegerField(null=True)),
                ("held_version", models.BigIntegerField(null=True)),
                ("held", models.JSONField(default=dict)),
                ("reported_version", models.BigIntegerField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField(null=True)),
                ("wanted_since", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sent", models.JSONField(null=True)),
                (
                    "local_list",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="station_states",
                        to="chargers.locallist",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="locallist",
            constraint=models.UniqueConstraint(fields=("organisation", "name"), name="local_list_unique"),
        ),
        migrations.AddIndex(
            model_name="stationlist",
            index=models.Index(
                condition=models.Q(("wanted_since__isnull", False)), fields=["station"], name="lists_to_send"
            ),
        ),
    ]
