"""Forms of settings and templates."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from chargers.models import ChargingStation, ConfigurationTemplate, Site
from chargers.services.configuration.templates import Entry
from chargers.services.configuration.write import MAX_NAME, MAX_VALUE

OPTIONAL = "?"


class SettingForm(forms.Form):
    """What we want of one setting of one station."""

    name = forms.CharField(label="Setting", max_length=MAX_NAME)
    value = forms.CharField(
        label="Wanted value", max_length=MAX_VALUE, required=False, help_text="Sent at once, then read back."
    )

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"spellcheck": "false", "autocomplete": "off"}
        self.fields["name"].widget.attrs |= {"readonly": True} if known else {}
        self.fields["value"].widget.attrs |= {"spellcheck": "false", "autocomplete": "off"}


class TemplateForm(forms.ModelForm):
    """A template; its settings are typed one a line."""

    lines = forms.CharField(
        label="Settings",
        widget=forms.Textarea(attrs={"rows": 10, "class": "code", "spellcheck": "false"}),
        help_text="One a line: HeartbeatInterval = 300. With ? in front it is left out where the station has no"
        " such setting.",
    )

    class Meta:
        model = ConfigurationTemplate
        fields = ["name", "vendor", "model", "priority"]
        help_texts = {
            "vendor": "As the station says it when it boots; * stands for any text.",
            "model": "As the station says it when it boots; * stands for any text.",
            "priority": "Where two templates want something of one setting, the higher number decides.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].initial = "\n".join(_line(entry) for entry in self.instance.entries)

    def clean(self) -> dict[str, Any]:
        """Turn the lines into `entries`."""
        cleaned = super().clean() or self.cleaned_data
        if "lines" in cleaned:
            cleaned["entries"] = self._entries(cleaned.pop("lines"))
        return cleaned

    def _entries(self, text: str) -> list[Entry]:
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
        return [entry for number, line in lines if line and (entry := self._entry(number, line))]

    def _entry(self, number: int, line: str) -> Entry | None:
        name, equals, value = line.partition("=")
        if not equals or not name.strip(f" {OPTIONAL}"):
            self.add_error("lines", f"Line {number}: write it as Name = value.")
            return None
        is_optional = name.startswith(OPTIONAL)
        return {"name": name.strip(f" {OPTIONAL}"), "value": value.strip(), "optional": is_optional}


def _line(entry: Entry) -> str:
    return f"{OPTIONAL if entry['optional'] else ''}{entry['name']} = {entry['value']}"


class TargetForm(forms.Form):
    """Where a template goes: everywhere it fits, one site, or chosen stations."""

    site = forms.ModelChoiceField(
        Site.objects.none(), to_field_name="public_id", required=False, empty_label="All sites"
    )
    stations = forms.ModelMultipleChoiceField(
        ChargingStation.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all that fit.",
    )

    def __init__(
        self,
        *args: Any,
        sites: QuerySet[Site],
        stations: QuerySet[ChargingStation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["stations"].queryset = stations  # type: ignore[attr-defined]
