"""The form of a meter's key."""

from django import forms

from billing.choices import KeySource

from .reservations import UntilField

_BY_PEOPLE = [choice for choice in KeySource.choices if choice[0] != KeySource.STATION]


class MeterKeyForm(forms.Form):
    """A public key that somebody vouches for."""

    public_key = forms.CharField(
        max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
        help_text="As the meter's label or a register gives it: hex, base64 or PEM.",
    )  # fmt: skip
    source = forms.ChoiceField(label="Where you have it from", choices=_BY_PEOPLE)
    meter_serial = forms.CharField(
        label="Serial number of the meter", required=False, max_length=80,
        help_text="Empty: whichever the values name.",
    )  # fmt: skip
    evse_no = forms.IntegerField(
        label="EVSE", required=False, min_value=1, max_value=32_767, help_text="Empty: all of this station."
    )
    algorithm = forms.CharField(
        required=False, max_length=60, help_text="Such as ECDSA-secp256r1-SHA256. Empty: as the values say."
    )
    valid_from = UntilField(
        label="From", required=False, help_text="When the meter was built in. Empty: ever."
    )
