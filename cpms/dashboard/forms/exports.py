"""Forms of exports: whose numbers the tax adviser uses."""

import re
from typing import Any, Final

from django import forms

from billing.books.chart import Purpose
from billing.models import DatevSettings

_LINE: Final = re.compile(r"([a-z_]+(?:/[A-Za-z0-9.-]+)?)\s*[=:]\s*([0-9]+)")
# Numbers of SKR 03 that no program adds tax to by itself: tax has lines of its own here.
SUGGESTED: Final = {
    Purpose.WALLET: "1718", Purpose.RECEIVABLE: "1410", Purpose.CLEARING: "1360", Purpose.BANK: "1200",
    Purpose.FEES: "4970", Purpose.REVENUE: "8200", Purpose.DEFERRED_REVENUE: "0990", Purpose.OUTPUT_TAX: "1776",
    Purpose.INPUT_TAX: "1576", Purpose.MARKETING: "4600", Purpose.HOST_COST: "3100", Purpose.HOST_PAYABLE: "1610",
    Purpose.DISPUTES: "1548", Purpose.DISPUTE_LOSS: "2400", Purpose.ROUNDING: "4969",
}  # fmt: skip


class DatevForm(forms.Form):
    """The adviser's numbers, and one line for each ledger account."""

    consultant = forms.IntegerField(
        label="Number of the adviser", min_value=1001, max_value=9_999_999, help_text="Beraternummer."
    )
    client = forms.IntegerField(
        label="Your number there", min_value=1, max_value=99_999, help_text="Mandantennummer."
    )
    year_begins_month = forms.IntegerField(
        label="Month in which your year begins", min_value=1, max_value=12, initial=1
    )
    account_digits = forms.IntegerField(label="Digits of an account", min_value=4, max_value=8, initial=4)
    accounts = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 16, "class": "code", "spellcheck": "false"}),
        help_text="A line each, such as revenue = 8200, or for one tax rate revenue/DE-19 = 8200. Ask your adviser; "
        "take accounts to which no program adds tax by itself, for tax has lines of its own.",
    )

    def __init__(self, stored: DatevSettings | None, data: Any = None) -> None:
        accounts = stored.accounts if stored else {str(key): value for key, value in SUGGESTED.items()}
        initial: dict[str, Any] = {
            "accounts": "\n".join(f"{key} = {value}" for key, value in accounts.items())
        }
        if stored:
            names = ("consultant", "client", "year_begins_month", "account_digits")
            initial |= {name: getattr(stored, name) for name in names}
        super().__init__(data, initial=initial)

    def clean_accounts(self) -> dict[str, str]:
        """Numbers by ledger account."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["accounts"].splitlines(), 1):
            if not line.strip():
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None:
                raise forms.ValidationError(f"Line {number} is not of the form revenue = 8200.")
            found[match[1]] = match[2]
        return found
