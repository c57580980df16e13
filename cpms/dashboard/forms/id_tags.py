"""The form of an ID tag."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from chargers.models import IdTag, IdTagGroup


class IdTagForm(forms.ModelForm):
    """A tag: who, until when, how much. Energy is typed in kWh and kept in Wh."""

    group = forms.ModelChoiceField(
        IdTagGroup.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label="No group",
        help_text="Tags of a group may stop each other's transactions.",
    )
    max_energy_kwh = forms.DecimalField(
        label="Energy limit (kWh)", required=False, min_value=0, max_digits=9, decimal_places=3
    )
    expires_at = forms.DateTimeField(
        label="Valid until",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = IdTag
        fields = ["uid", "type", "label", "group", "expires_at", "max_concurrent", "max_minutes"]
        labels = {"max_concurrent": "Transactions at the same time"}
        help_texts = {
            "uid": "The number the card reader sends. Upper and lower case are the same.",
            "label": "Who or what it belongs to.",
            "max_concurrent": "Empty for no limit.",
        }
        widgets = {"uid": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})}

    field_order = [
        "uid",
        "label",
        "type",
        "group",
        "expires_at",
        "max_concurrent",
        "max_energy_kwh",
        "max_minutes",
    ]

    def __init__(self, *args: Any, groups: QuerySet[IdTagGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        # A model form starts from the key; the choices are public ids.
        self.initial["group"] = self.instance.group
        if self.instance.max_energy_wh is not None:
            self.fields["max_energy_kwh"].initial = self.instance.max_energy_wh / 1000

    def clean(self) -> dict[str, Any]:
        """Turn the limit in kWh into `max_energy_wh`."""
        cleaned = super().clean() or self.cleaned_data
        limit = cleaned.pop("max_energy_kwh", None)
        cleaned["max_energy_wh"] = None if limit is None else int(limit * 1000)
        return cleaned


class GroupForm(forms.Form):
    """A new group of tags."""

    name = forms.CharField(
        max_length=20, help_text="Sent to stations as the parent tag: at most 20 characters."
    )
