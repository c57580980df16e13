"""Forms of firmware, campaigns and logs."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from chargers.choices import LogKind, Transport
from chargers.models import FirmwareFile, Site

from .reservations import UntilField

Choice = list[tuple[str, str]]


def transports() -> Choice:
    """How files may travel here; FTP only where it is offered."""
    return [(t.value, t.label) for t in Transport if t != Transport.FTP or settings.FTP_PUBLIC_URL]


class FirmwareForm(forms.Form):
    """The facts of a firmware; the file itself follows on the next page."""

    vendor = forms.CharField(max_length=255, help_text="As the stations report it.")
    model = forms.CharField(max_length=255, required=False, help_text="Empty: all models of this vendor.")
    version = forms.CharField(max_length=255, help_text="As a station reports it once it runs.")
    signature = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="Base64, as the manufacturer gave it: RSA-PSS or ECDSA with SHA-256 over the whole file.",
    )  # fmt: skip
    certificate = forms.CharField(
        label="Signing certificate", max_length=20_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}), help_text="PEM.",
    )  # fmt: skip
    notes = forms.CharField(max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RootForm(forms.Form):
    """A manufacturer's root."""

    vendor = forms.CharField(max_length=255, help_text="Whose firmware must chain to it.")
    certificate = forms.CharField(
        max_length=20_000, widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}), help_text="PEM."
    )


class UpdateForm(forms.Form):
    """One firmware for one station."""

    firmware = forms.ModelChoiceField(
        FirmwareFile.objects.none(), to_field_name="public_id", empty_label=None
    )
    retrieve_at = UntilField(label="Fetch from", required=False, help_text="Empty: now.")
    retries = forms.IntegerField(min_value=0, max_value=10, initial=1, help_text="Repeats when it fails.")
    transport = forms.ChoiceField(choices=transports)

    def __init__(self, *args: Any, files: QuerySet[FirmwareFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["firmware"].queryset = files  # type: ignore[attr-defined]


class CampaignForm(UpdateForm):
    """One firmware for many stations."""

    name = forms.CharField(max_length=120)
    site = forms.ModelChoiceField(
        Site.objects.none(), to_field_name="public_id", required=False, empty_label="All sites"
    )
    current_version = forms.CharField(
        label="Only stations that run", max_length=255, required=False, help_text="A version; empty: any."
    )
    wave_sizes = forms.CharField(
        label="Waves", initial="1, 5, 20", help_text="Stations a wave; the last number repeats."
    )
    max_failures = forms.IntegerField(
        label="Failures allowed", required=False, min_value=0, initial=1,
        help_text="More of them stop the campaign; empty: any number.",
    )  # fmt: skip
    max_failed_percent = forms.IntegerField(
        label="Failures allowed (%)", required=False, min_value=0, max_value=100,
        help_text="A share of the updates that have ended.",
    )  # fmt: skip
    field_order = [
        "name", "firmware", "site", "current_version", "wave_sizes", "max_failures", "max_failed_percent",
    ]  # fmt: skip

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]

    def clean_wave_sizes(self) -> list[int]:
        """`1, 5, 20` as numbers."""
        parts = [part.strip() for part in self.cleaned_data["wave_sizes"].split(",")]
        if not all(part.isascii() and part.isdigit() and 0 < len(part) < 6 for part in parts):
            raise forms.ValidationError("Whole numbers with commas between, e.g. 1, 5, 20")
        return [int(part) for part in parts]


class LogForm(forms.Form):
    """A log of one station."""

    kind = forms.ChoiceField(choices=LogKind.choices)
    oldest_at = UntilField(label="From", required=False)
    latest_at = UntilField(label="Until", required=False)
    transport = forms.ChoiceField(choices=transports)


class PolicyForm(forms.Form):
    """Unsigned firmware for a station, or not."""

    allows_unsigned = forms.BooleanField(label="May get unsigned firmware", required=False)
    reason = forms.CharField(max_length=255, required=False, help_text="Why; shown with every update.")
