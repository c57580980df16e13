"""What drivers tell of themselves and their cars."""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cpms.drivers.choices import Plug
from cpms.drivers.models import Vehicle


class ProfileForm(forms.Form):
    """Name, language, time zone."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    locale = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locale"].choices = [("", _("As my phone says")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        zones = [(name, name) for name in sorted(available_timezones()) if "/" in name]
        self.fields["time_zone"].choices = [("", _("That of the place")), *zones]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """For the service."""
        return dict(self.cleaned_data)


def _number(label: Any, most: int) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.DecimalField(
        label=label, min_value=0, max_value=most, decimal_places=1, required=False, widget=widget
    )


class VehicleForm(forms.Form):
    """A car. People think in kWh and kW; what is stored is Wh and W."""

    name = forms.CharField(
        label=_("Name of the car"), max_length=60, error_messages={"required": _("Give the car a name.")}
    )
    battery = _number(_("Battery, kWh"), 2000)
    plug = forms.ChoiceField(label=_("Plug"), choices=[("", _("Not known")), *Plug.choices], required=False)
    ac = _number(_("Most power at a normal charger, kW"), 100)
    dc = _number(_("Most power at a fast charger, kW"), 4000)

    @staticmethod
    def initial_of(vehicle: Vehicle) -> dict[str, Any]:
        """The values of a car as the form shows them."""
        shown = {"battery": vehicle.battery_wh, "ac": vehicle.max_ac_w, "dc": vehicle.max_dc_w}
        figures = {name: Decimal(value) / 1000 if value else None for name, value in shown.items()}
        return {"name": vehicle.name, "plug": vehicle.plug, **figures}

    def values(self) -> dict[str, Any]:
        """For the service."""
        facts = self.cleaned_data
        return {
            "name": facts["name"], "plug": facts["plug"], "battery_wh": _thousand(facts["battery"]),
            "max_ac_w": _thousand(facts["ac"]), "max_dc_w": _thousand(facts["dc"]),
        }  # fmt: skip


def _thousand(value: Decimal | None) -> int:
    return int((value or 0) * 1000)


class EraseForm(forms.Form):
    """One's own address, so that nobody is erased by a slip of the thumb."""

    email = forms.CharField(
        label=_("Your e-mail address, to be sure"),
        max_length=254,
        error_messages={"required": _("Type the address of your account.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
