import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chargers", "0003_command_purpose"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StationConfiguration",
            fields=[
                (
                    "station",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="configuration",
                        serialize=False,
                        to="chargers.chargingstation",
                    ),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                ("answers_all", models.BooleanField(null=True)),
                (
                    "max_names",
                    models.PositiveIntegerField(
                        help_text="Names the station takes in one request.", null=True
                    ),
                ),
                ("reading_since", models.DateTimeField(null=True)),
                ("reading", models.JSONField(null=True)),
                ("note", models.CharField(blank=True, max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name="ConfigurationTemplate",
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
                    "vendor",
                    models.CharField(
                        default="*", help_text="A pattern: * stands for any text.", max_length=255
                    ),
                ),
                (
                    "model",
                    models.CharField(
                        default="*", help_text="A pattern: * stands for any text.", max_length=255
                    ),
                ),
                ("priority", models.SmallIntegerField(default=0, help_text="The higher one decides.")),
                ("entries", models.JSONField(default=list)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="configuration_templates",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-priority", "name"],
            },
        ),
        migrations.CreateModel(
            name="ConfigurationPush",
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
                ("entries", models.JSONField(default=list)),
                ("actor_label", models.CharField(max_length=160)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="configuration_pushes",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="pushes",
                        to="chargers.configurationtemplate",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="PushResult",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for the station"),
                            ("running", "Being set"),
                            ("done", "Done"),
                            ("nothing", "Nothing to change"),
                            ("restart", "Done, needs a restart"),
                            ("failed", "Not everything was set"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("changes", models.JSONField(default=list)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "push",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="chargers.configurationpush",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_results",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["station__identity"],
            },
        ),
        migrations.CreateModel(
            name="StationSetting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("is_secret", models.BooleanField(default=False)),
                ("desired", models.TextField(null=True)),
                ("desired_at", models.DateTimeField(null=True)),
                ("desired_by", models.CharField(blank=True, max_length=160)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not sent"),
                            ("waiting", "Waiting for the station"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("restart", "Accepted, needs a restart"),
                            ("refused", "Refused"),
                            ("failed", "No usable answer"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer_note", models.CharField(blank=True, max_length=255)),
                ("reported", models.TextField(null=True)),
                ("read_only", models.BooleanField(default=False)),
                ("known", models.BooleanField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("restart_since", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unread", "Not read yet"),
                            ("absent", "Not on this station"),
                            ("reported", "As reported"),
                            ("as_wanted", "As wanted"),
                            ("waiting", "Being set"),
                            ("restart", "Needs a restart"),
                            ("drifted", "Differs"),
                        ],
                        default="unread",
                        max_length=10,
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="settings",
                        to="chargers.chargingstation",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddConstraint(
            model_name="configurationtemplate",
            constraint=models.UniqueConstraint(fields=("organisation", "name"), name="template_name_unique"),
        ),
        migrations.AddIndex(
            model_name="pushresult",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "running"])),
                fields=["station"],
                name="open_push_results",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushresult",
            constraint=models.UniqueConstraint(fields=("push", "station"), name="push_result_unique"),
        ),
        migrations.AddIndex(
            model_name="stationsetting",
            index=models.Index(
                condition=models.Q(("state", "drifted")), fields=["station"], name="settings_drifted"
            ),
        ),
        migrations.AddIndex(
            model_name="stationsetting",
            index=models.Index(
                condition=models.Q(("answer", "waiting")), fields=["station"], name="settings_to_send"
            ),
        ),
        migrations.AddConstraint(
            model_name="stationsetting",
            constraint=models.UniqueConstraint(
                models.F("station"), django.db.models.functions.text.Lower("name"), name="setting_unique"
            ),
        ),
    ]
