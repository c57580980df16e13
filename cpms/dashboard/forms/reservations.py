"""Forms of reservations."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from chargers.models import ChargingStation, IdTag


class UntilField(forms.DateTimeField):
    """A moment, typed in the organisation's time zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ReservationForm(forms.Form):
    """Where, for whom, until when."""

    station = forms.CharField(
        max_length=64,
        help_text="Its identity. Begin to type to find it.",
        widget=forms.TextInput(attrs={"list": "known-stations", "autocomplete": "off"}),
    )
    evse_no = forms.IntegerField(
        label="Connector",
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Empty: any connector of the station.",
    )
    uid = forms.CharField(
        label="ID tag",
        max_length=36,
        help_text="Tags of the same group may use the place too.",
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )
    expires_at = UntilField(label="Until")

    def __init__(
        self, *args: Any, stations: QuerySet[ChargingStation], tags: QuerySet[IdTag], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stations, self.tags = stations, tags

    def clean_station(self) -> ChargingStation:
        """The viewer's station with this identity or id."""
        text = self.cleaned_data["station"].strip()
        found = self.stations.filter(Q(identity=text) | Q(public_id=text)).first()
        if found is None:
            raise forms.ValidationError("There is no station of this identity.")
        return found

    def clean_evse_no(self) -> int:
        """0 is any connector."""
        return self.cleaned_data["evse_no"] or 0


class ReservationEndForm(forms.Form):
    """Another end."""

    expires_at = UntilField(label="Until")
