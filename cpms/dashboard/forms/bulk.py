"""The form of a bulk command: what, how fast, how patient."""

import json
from typing import Any

from django import forms

from chargers.services.bulk.plan import Ask
from chargers.services.bulk.run import DEFAULT_WAIT_S, FASTEST_PACE
from chargers.services.bulk.wishes import WISHES

OTHER = "other"
WAITS = [
    ("300", "5 minutes"),
    (str(DEFAULT_WAIT_S), "1 hour"),
    ("86400", "1 day"),
    ("604800", "1 week"),
]


class BulkForm(forms.Form):
    """One of the menu's wishes, or any action with its payload."""

    wish = forms.ChoiceField(
        label="Command",
        choices=[
            *((name, wish.label) for name, wish in WISHES.items()),
            (OTHER, "Another OCPP command"),
        ],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    action = forms.CharField(
        label="OCPP action",
        required=False,
        max_length=60,
        help_text="Only for another command.",
    )
    payload = forms.CharField(
        label="Its values as JSON",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
    )
    per_minute = forms.IntegerField(
        label="Stations a minute",
        required=False,
        min_value=1,
        max_value=FASTEST_PACE,
        help_text="Empty: a pace that fits the command. Restarts go to 60 a minute.",
    )
    wait_s = forms.TypedChoiceField(
        label="Wait for stations that are offline", choices=WAITS, coerce=int, initial=str(DEFAULT_WAIT_S)
    )

    def options(self) -> list[tuple[Any, str]]:
        """The radio buttons, each with a sentence."""
        summaries = [
            *(wish.summary for wish in WISHES.values()),
            "Written below, the same for every station.",
        ]
        return list(zip(self["wish"], summaries, strict=True))

    def clean_payload(self) -> dict[str, Any]:
        """The JSON object. Raises ValidationError."""
        text = self.cleaned_data["payload"].strip()
        try:
            value = json.loads(text) if text else {}
        except (json.JSONDecodeError, RecursionError) as error:
            raise forms.ValidationError(f"This is not JSON: {error}.") from None
        if not isinstance(value, dict):
            raise forms.ValidationError("This must be a JSON object, in braces.")
        return value

    def clean(self) -> dict[str, Any]:
        """Another command needs its name."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("wish") == OTHER and not cleaned.get("action"):
            self.add_error("action", "Which one?")
        return cleaned

    def ask(self) -> Ask:
        """What is asked of every station."""
        cleaned = self.cleaned_data
        if cleaned["wish"] == OTHER:
            return Ask(action=cleaned["action"].strip(), payload=cleaned["payload"])
        return Ask(wish=cleaned["wish"])
