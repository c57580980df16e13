"""Settings of stations: what we want, what was reported, when it was checked; templates and pushes of them."""

from django.db import models
from django.db.models.functions import Lower

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import PushState, SettingAnswer, SettingState
from .station import ChargingStation


class StationConfiguration(models.Model):
    """How a station's settings are read: what it answers to, and where a reading that is under way has come to."""

    station = models.OneToOneField(
        ChargingStation, primary_key=True, on_delete=models.CASCADE, related_name="configuration"
    )
    # The last time everything was read; or tried, then the note says what went wrong.
    checked_at = models.DateTimeField(null=True)
    # None until it was tried: some stations are silent when they are asked for everything.
    answers_all = models.BooleanField(null=True)
    max_names = models.PositiveIntegerField(null=True, help_text="Names the station takes in one request.")
    reading_since = models.DateTimeField(null=True)
    # How far a reading is: {"stage": "all" | "limit" | "names", "names": still to be asked for, "asked": in the
    # request under way, "heard": whether it was answered, "silent": requests in a row that were not}.
    reading = models.JSONField(null=True)
    note = models.CharField(max_length=255, blank=True)

    def __str__(self) -> str:
        return f"configuration of {self.station_id}"


class StationSetting(models.Model):
    """One configuration key (1.6) or variable (2.x, `Component.Variable`). A secret's values are never here."""

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="settings")
    name = models.CharField(max_length=200)
    is_secret = models.BooleanField(default=False)

    # None: nobody wants anything of it.
    desired = models.TextField(null=True)
    desired_at = models.DateTimeField(null=True)
    desired_by = models.CharField(max_length=160, blank=True)
    answer = models.CharField(max_length=10, choices=SettingAnswer, default=SettingAnswer.NONE, blank=True)
    answered_at = models.DateTimeField(null=True)
    answer_note = models.CharField(max_length=255, blank=True)

    # None: never reported, or reported without a value.
    reported = models.TextField(null=True)
    read_only = models.BooleanField(default=False)
    # None until the station was asked; False when it says that it has no such setting.
    known = models.BooleanField(null=True)
    checked_at = models.DateTimeField(null=True)
    # When the station agreed to a value that holds only after its next boot.
    restart_since = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=SettingState, default=SettingState.UNREAD)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("station", Lower("name"), name="setting_unique")]
        indexes = [
            models.Index(
                fields=["station"], name="settings_drifted", condition=models.Q(state=SettingState.DRIFTED)
            ),
            models.Index(
                fields=["station"], name="settings_to_send", condition=models.Q(answer=SettingAnswer.WAITING)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.name}"


class ConfigurationTemplate(PublicModel):
    """Values for all stations of a kind.

    `vendor` and `model` are patterns with `*` and `?`, compared without regard to case. Where several templates
    want something of one setting, the higher `priority` decides. `entries` are
    `{"name", "value", "optional"}`; an optional one is left out where the station has no such setting.
    """

    id_prefix = "cft"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="configuration_templates"
    )
    name = models.CharField(max_length=120)
    vendor = models.CharField(max_length=255, default="*", help_text="A pattern: * stands for any text.")
    model = models.CharField(max_length=255, default="*", help_text="A pattern: * stands for any text.")
    priority = models.SmallIntegerField(default=0, help_text="The higher one decides.")
    entries = models.JSONField(default=list)

    class Meta:
        ordering = ["-priority", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="template_name_unique")]

    def __str__(self) -> str:
        return self.name


class ConfigurationPush(PublicModel):
    """One act of setting the same values on many stations; the entries are kept as they were then."""

    id_prefix = "cfp"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="configuration_pushes"
    )
    template = models.ForeignKey(
        ConfigurationTemplate, null=True, on_delete=models.SET_NULL, related_name="pushes"
    )
    label = models.CharField(max_length=120)
    entries = models.JSONField(default=list)
    actor_label = models.CharField(max_length=160)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.label} {self.created_at:%Y-%m-%d %H:%M}"


class PushResult(models.Model):
    """What a push does at one station. `changes` are `{"name", "before", "wanted", "plan", "answer"}`."""

    id = models.BigAutoField(primary_key=True)
    push = models.ForeignKey(ConfigurationPush, on_delete=models.CASCADE, related_name="results")
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="push_results")
    state = models.CharField(max_length=10, choices=PushState, default=PushState.WAITING)
    changes = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["station__identity"]
        constraints = [models.UniqueConstraint(fields=["push", "station"], name="push_result_unique")]
        indexes = [
            models.Index(
                fields=["station"],
                name="open_push_results",
                condition=models.Q(state__in=[PushState.WAITING, PushState.RUNNING]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.push_id} {self.station_id} {self.state}"
