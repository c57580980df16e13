"""The form of what a car needs."""

from typing import Any

from django import forms

from smartcharging.inputs.choices import NeedClass
from smartcharging.models import Need

from .reservations import UntilField


class CarNeedForm(forms.Form):
    """What the operator says of a car; empty fields say nothing."""

    energy_kwh = forms.FloatField(
        label="Energy for this session (kWh)", required=False, min_value=0.1, max_value=1000
    )
    departs_at = UntilField(label="It leaves at", required=False)
    soon_kwh = forms.FloatField(
        label="Of it as fast as possible (kWh)", required=False, min_value=0.1, max_value=1000
    )
    priority = forms.ChoiceField(
        choices=[("", "nothing said"), *NeedClass.choices],
        required=False,
        label="When there is not enough for all",
    )
    charge_now = forms.BooleanField(required=False, label="Charge now, do not wait for a better hour")
    sun_only = forms.BooleanField(
        required=False, label="Only from the sun",
        help_text="From the grid only what is missing when it leaves, where somebody says when. Needs a solar meter.",
    )  # fmt: skip

    @staticmethod
    def start(said: Need | None) -> dict[str, Any]:
        """What was said before, as the form shows it."""
        if said is None:
            return {}
        return {
            "energy_kwh": said.energy_wh and said.energy_wh / 1000,
            "soon_kwh": said.soon_wh and said.soon_wh / 1000,
            "departs_at": said.departs_at,
            "priority": said.priority,
            "charge_now": bool(said.charge_now),
            "sun_only": bool(said.sun_only),
        }

    def clean(self) -> dict[str, Any]:
        """The fields the service knows."""
        told = super().clean() or {}
        energies = {name: told.pop(f"{name}_kwh", None) for name in ("energy", "soon")}
        told |= {f"{name}_wh": kwh and round(kwh * 1000) for name, kwh in energies.items()}
        return told | {name: told.get(name) or None for name in ("charge_now", "sun_only")}
