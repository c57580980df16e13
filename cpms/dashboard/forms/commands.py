"""Forms that send commands."""

import json
from typing import Any

from django import forms
from django.db.models import QuerySet

from chargers.domain import RateUnit, RemoteStart, Token, session_limit
from chargers.models import Evse, IdTag

from .profiles import UNITS


class JsonForm(forms.Form):
    """The whole payload as JSON text."""

    payload = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 14, "class": "code", "spellcheck": "false"}),
        help_text="One JSON object, exactly as it is sent.",
    )

    def clean_payload(self) -> dict[str, Any]:
        """The object. Raises ValidationError with line and column when it is not JSON."""
        try:
            value = json.loads(self.cleaned_data["payload"])
        except json.JSONDecodeError as error:
            raise forms.ValidationError(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from None
        except RecursionError:
            raise forms.ValidationError("Nested too deeply.") from None
        if not isinstance(value, dict):
            raise forms.ValidationError("This must be a JSON object, in braces.")
        return value


class RemoteStartForm(forms.Form):
    """Start charging for a tag, on one EVSE or wherever the station chooses."""

    tag = forms.CharField(
        label="ID tag",
        max_length=36,
        help_text="The UID that is billed. Begin to type to find one of your tags.",
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )
    evse = forms.TypedChoiceField(label="Connector", required=False, coerce=int, empty_value=None)

    limit = forms.DecimalField(
        label="Limit for this session",
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=1,
        help_text="Empty: none of its own. Sent as a charging profile with the start.",
    )
    unit = forms.ChoiceField(label="Unit of the limit", choices=UNITS, required=False)

    def __init__(self, *args: Any, evses: QuerySet[Evse], tags: QuerySet[IdTag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(evse.number, str(evse.number)) for evse in evses]
        self.fields["evse"].choices = [("", "Let the station choose"), *numbers]  # type: ignore[attr-defined]
        self.tags = tags

    def request(self) -> RemoteStart:
        """The version-neutral wish; a tag we know brings its kind with it."""
        uid = self.cleaned_data["tag"].strip()
        known = self.tags.filter(uid__iexact=uid).first()
        token = Token(known.uid, known.type) if known else Token(uid)  # type: ignore[arg-type]
        limit, unit = self.cleaned_data["limit"], self.cleaned_data["unit"] or RateUnit.AMPERES
        profile = None if limit is None else session_limit(float(limit), RateUnit(unit))
        return RemoteStart(token, self.cleaned_data["evse"], profile=profile)
