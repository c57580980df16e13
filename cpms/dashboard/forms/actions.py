"""Forms of restarting a station and of putting it in and out of service."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from chargers.choices import Availability
from chargers.domain import Place, Reset, SetAvailability
from chargers.models import Evse

from .reservations import UntilField

NOW, IDLE, AT = "now", "idle", "at"


def radios() -> forms.RadioSelect:
    """Radio buttons in the look of the pages."""
    return forms.RadioSelect(attrs={"class": "form-check-input"})


class RestartForm(forms.Form):
    """How, and when."""

    hard = forms.TypedChoiceField(
        label="How",
        choices=[
            ("", "Soft: sessions are ended properly first"),
            ("1", "Hard: at once, as if the power went"),
        ],
        coerce=bool,
        required=False,
        widget=radios(),
        initial="",
    )
    when = forms.ChoiceField(
        label="When",
        choices=[
            (NOW, "Now"),
            (IDLE, "When nobody is charging, within 24 hours"),
            (AT, "At a time"),
        ],
        widget=radios(),
        initial=NOW,
    )
    at = UntilField(label="Time", required=False, help_text="Only for a restart at a time.")
    idle_then = forms.BooleanField(label="And then wait until nobody is charging", required=False)

    def clean(self) -> dict[str, Any]:
        """A restart at a time needs the time."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("when") == AT and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", "At what time?")
        return cleaned

    def request(self) -> Reset:
        """The version-neutral wish."""
        return Reset(hard=bool(self.cleaned_data["hard"]))

    @property
    def is_now(self) -> bool:
        """Whether it is not to wait for anything."""
        return self.cleaned_data["when"] == NOW

    def moment(self) -> dict[str, Any]:
        """When, for `chargers.services.commands.scheduled`."""
        if self.cleaned_data["when"] == IDLE:
            return {"when_idle": True}
        at: datetime = self.cleaned_data["at"]
        return {"not_before": at, "when_idle": self.cleaned_data["idle_then"]}


class AvailabilityForm(forms.Form):
    """Which place, and whether anybody may charge there."""

    place = forms.TypedChoiceField(label="Place", coerce=int)
    availability = forms.ChoiceField(
        label="Shall be",
        choices=Availability.choices,
        widget=radios(),
    )

    def __init__(self, *args: Any, evses: QuerySet[Evse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(str(evse.number), f"Connector {evse.number}") for evse in evses]
        self.fields["place"].choices = [("0", "The whole station"), *numbers]  # type: ignore[attr-defined]

    def request(self) -> SetAvailability:
        """The version-neutral wish."""
        number = self.cleaned_data["place"]
        return SetAvailability(Place(number, None), Availability(self.cleaned_data["availability"]))
