"""Forms around tariffs: a name, the OCPI document itself, publishing, assigning, ending, asking which one applies."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from billing.choices import AssignedAt, AssignedTo
from chargers.models import ChargingStation, IdTag, IdTagGroup, Site

from .reservations import UntilField


class NameForm(forms.Form):
    """How the tariff is called."""

    name = forms.CharField(max_length=120, help_text="As you call it; drivers see the price, not the name.")


class DocumentForm(forms.Form):
    """The OCPI document, for what the plain form cannot say."""

    body = forms.CharField(
        label="OCPI tariff (JSON)",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
        help_text="OCPI 2.2.1 with the fields of 2.3.0. Prices of TIME and PARKING_TIME are per hour.",
    )
    preauthorise = forms.DecimalField(
        label="Held on a card before a session", required=False, min_value=0, max_digits=10, decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


class PublishForm(forms.Form):
    """From when on a version holds."""

    when = forms.ChoiceField(
        choices=[("now", "At once"), ("later", "From a date")], widget=forms.RadioSelect, initial="now"
    )
    valid_from = UntilField(label="From", required=False)
    version = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean(self) -> dict[str, Any]:
        """A date is needed for later only."""
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("when") == "later"
            and not cleaned.get("valid_from")
            and "valid_from" not in self.errors
        ):
            self.add_error("valid_from", "Say from when on it holds.")
        return cleaned


class PlacedForm(forms.Form):
    """Fields that name a station of the viewer by its identity."""

    stations: QuerySet[ChargingStation]

    def clean_station(self) -> ChargingStation | None:
        """The viewer's station with this identity or id."""
        text = self.cleaned_data["station"].strip()
        found = self.stations.filter(Q(identity=text) | Q(public_id=text)).first()
        if text and found is None:
            raise forms.ValidationError("There is no station of this identity.")
        return found


def _station(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        max_length=64,
        widget=forms.TextInput(attrs={"list": "known-stations", "autocomplete": "off"}),
        **kwargs,
    )


class AssignForm(PlacedForm):
    """Where and for whom a tariff holds."""

    scope = forms.ChoiceField(label="Where", choices=AssignedAt.choices)
    site = forms.ModelChoiceField(
        Site.objects.none(), to_field_name="public_id", required=False, empty_label="No site",
        help_text="Only for a site.",
    )  # fmt: skip
    station = _station(required=False, help_text="Only for a station or an EVSE.")
    evse_no = forms.IntegerField(
        label="EVSE", required=False, min_value=1, max_value=32_767, help_text="Only for an EVSE: its number."
    )
    audience = forms.ChoiceField(label="For whom", choices=AssignedTo.choices)
    group = forms.ModelChoiceField(
        IdTagGroup.objects.none(), to_field_name="public_id", required=False, empty_label="No group",
        help_text="Only for a group.",
    )  # fmt: skip
    priority = forms.IntegerField(
        initial=0, min_value=-1000, max_value=1000, help_text="Of two for the same place the higher one wins."
    )
    valid_from = UntilField(label="From", required=False, help_text="Empty: at once.")
    valid_to = UntilField(label="Until", required=False, help_text="Empty: until it is ended.")

    def __init__(
        self,
        *args: Any,
        sites: QuerySet[Site],
        stations: QuerySet[ChargingStation],
        groups: QuerySet[IdTagGroup],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stations = stations
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """When an assignment ends."""

    at = UntilField(label="Ends", required=False, help_text="Empty: now. Running sessions keep their price.")


class WhichForm(PlacedForm):
    """The question which tariff applies."""

    station = _station(help_text="Its identity. Begin to type to find it.")
    evse_no = forms.IntegerField(label="EVSE", initial=1, min_value=1, max_value=32_767)
    uid = forms.CharField(
        label="ID tag", required=False, max_length=255, help_text="Empty: somebody without a tag of yours.",
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )  # fmt: skip
    group = forms.ModelChoiceField(
        IdTagGroup.objects.none(), to_field_name="public_id", required=False, empty_label="No group",
        label="Or anybody of a group",
    )  # fmt: skip
    at = UntilField(label="When", required=False, help_text="Empty: now.")

    def __init__(
        self,
        *args: Any,
        stations: QuerySet[ChargingStation],
        tags: QuerySet[IdTag],
        groups: QuerySet[IdTagGroup],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stations, self.tags = stations, tags
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]

    def clean_uid(self) -> IdTag | None:
        """The viewer's tag with this number, in any case of letters."""
        text = self.cleaned_data["uid"].strip()
        found = self.tags.filter(uid__iexact=text).select_related("group").first()
        if text and found is None:
            raise forms.ValidationError("There is no ID tag of this number.")
        return found

    def asked_group(self) -> IdTagGroup | None:
        """The tag's group, else the named one."""
        tag: IdTag | None = self.cleaned_data["uid"]
        named: IdTagGroup | None = self.cleaned_data["group"]
        return tag.group if tag else named


class PastForm(forms.Form):
    """Which earlier sessions a tariff is run on; days of the organisation's time zone."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label="Before", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    of = forms.ChoiceField(
        label="Sessions", choices=[("all", "All"), ("tariff", "Priced by this tariff")], initial="all"
    )

    def clean(self) -> dict[str, Any]:
        """The end is after the start."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until <= since:
            self.add_error("until", "It is not after the first day.")
        return cleaned
