"""Forms for stations and sites."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet

from chargers.models import ChargingStation, Site
from chargers.models.station import identity_validator


class SiteChoice(forms.ModelChoiceField):
    """One of the viewer's sites, named by its public id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Site.objects.none(), to_field_name="public_id", required=False, empty_label="No site", **kwargs
        )


class StationNewForm(forms.Form):
    """A new station: who it is and where it stands."""

    identity = forms.CharField(
        max_length=48,
        validators=[identity_validator],
        help_text="What the charger calls itself, often its serial number. Letters, digits, * = _ . | @ + -",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    name = forms.CharField(max_length=120, required=False, help_text="What people call it, for example A-01.")
    site = SiteChoice()
    password = forms.CharField(
        max_length=64,
        required=False,
        help_text="Leave empty to have a strong one made. Type one only if the charger cannot change it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]

    def clean_password(self) -> str | None:
        """None when a password shall be made."""
        return self.cleaned_data["password"] or None


class StationForm(forms.ModelForm):
    """What an operator may change about a station."""

    site = SiteChoice()

    class Meta:
        model = ChargingStation
        fields = ["name", "site", "notes", "strict"]
        labels = {"strict": "Refuse messages that deviate from the specification"}
        help_texts = {
            "strict": "Off is right for nearly every charger in the field: what is odd is mended, answered and noted. "
            "On, a message that breaks its schema is answered with an error, and a connection that names no OCPP "
            "version is refused. For laboratories and certification."
        }
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        # A model form starts from the key; the choices are public ids.
        self.initial["site"] = self.instance.site


class RekeyForm(forms.Form):
    """A new password for a station."""

    password = forms.CharField(
        max_length=64,
        required=False,
        label="New password",
        help_text="Leave empty to have a strong one made.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_password(self) -> str | None:
        """None when a password shall be made."""
        return self.cleaned_data["password"] or None


class SiteForm(forms.ModelForm):
    """A site."""

    class Meta:
        model = Site
        fields = ["name", "address", "city", "country", "latitude", "longitude", "time_zone"]
        widgets = {"time_zone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"})}
        help_texts = {"time_zone": "The clock its drivers live by, for example Europe/Berlin."}

    zones = sorted(available_timezones())

    def clean_country(self) -> str:
        """The code in capitals."""
        return self.cleaned_data["country"].upper()
