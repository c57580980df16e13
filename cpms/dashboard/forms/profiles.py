"""Forms of charging profiles: who is limited, from when, to how much. Periods are rows, not JSON."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from chargers.domain import (
    ChargingProfile,
    ClearProfiles,
    IllFormed,
    Period,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    ReadSchedule,
    Schedule,
    SetProfile,
    check_profile,
)
from chargers.models import Evse, Transaction

from .reservations import UntilField

PURPOSES = [
    (ProfilePurpose.TX_DEFAULT, "Every session (TxDefaultProfile)"),
    (ProfilePurpose.TX, "One running session (TxProfile)"),
    (ProfilePurpose.STATION_MAX, "The station as a whole"),
]
KINDS = [
    (ProfileKind.ABSOLUTE, "At fixed times (Absolute)"),
    (ProfileKind.RECURRING, "Again and again (Recurring)"),
    (ProfileKind.RELATIVE, "From the start of each session (Relative)"),
]
UNITS = [(RateUnit.AMPERES, "A per phase"), (RateUnit.WATTS, "W in all")]
ROWS = 6


def places(evses: QuerySet[Evse], whole: bool = True) -> list[tuple[str, str]]:
    """The station, unless only its connectors fit, and its connectors, for a choice."""
    all_of_it = [("0", "The whole station")] if whole else []
    return [*all_of_it, *((str(e.number), f"Connector {e.number}") for e in evses)]


class ProfileForm(forms.Form):
    """SetChargingProfile."""

    purpose = forms.ChoiceField(label="Limits", choices=PURPOSES)
    evse = forms.TypedChoiceField(label="Place", coerce=int, help_text="A session has its own place.")
    transaction = forms.ChoiceField(
        label="Running session", required=False, help_text="Only for one running session."
    )
    unit = forms.ChoiceField(choices=UNITS)
    kind = forms.ChoiceField(label="When", choices=KINDS, initial=ProfileKind.ABSOLUTE)
    starts_at = UntilField(label="First start", required=False, help_text="Empty for fixed times: at once.")
    recurrency = forms.ChoiceField(
        label="Repeats",
        required=False,
        choices=[("", "Does not repeat"), ("Daily", "Daily"), ("Weekly", "Weekly")],
    )
    duration_min = forms.IntegerField(
        label="Ends after (minutes)",
        required=False,
        min_value=1,
        max_value=525_600,
        help_text="Empty: goes on.",
    )
    stack_level = forms.IntegerField(
        min_value=0,
        max_value=1000,
        initial=0,
        help_text="Of several profiles for the same thing the highest wins.",
    )
    number = forms.IntegerField(
        label="Profile number",
        min_value=1,
        max_value=2**31 - 1,
        help_text="A profile of the same number is replaced.",
    )
    valid_from = UntilField(required=False)
    valid_to = UntilField(required=False)

    def __init__(
        self,
        *args: Any,
        evses: QuerySet[Evse],
        running: QuerySet[Transaction],
        number: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.running = {row.public_id: row for row in running}
        self.fields["evse"].choices = places(evses)  # type: ignore[attr-defined]
        named = [
            (key, f"Connector {row.evse_no}, {row.uid or 'no tag'}") for key, row in self.running.items()
        ]
        self.fields["transaction"].choices = [("", "None"), *named]  # type: ignore[attr-defined]
        self.fields["number"].initial = number
        for row in range(ROWS):
            self.fields.update(_period_fields(row))

    def period_rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The rows of the table of periods."""
        names = ("from", "limit", "phases")
        return [(row + 1, [self[f"{name}_{row}"] for name in names]) for row in range(ROWS)]

    def whom_fields(self) -> list[forms.BoundField]:
        """Who is limited; before the periods."""
        return [self[name] for name in ("purpose", "transaction", "evse", "unit")]

    def when_fields(self) -> list[forms.BoundField]:
        """From when the periods count; after them."""
        return [self[name] for name in ("kind", "starts_at", "recurrency", "duration_min")]

    def rare_fields(self) -> list[forms.BoundField]:
        """What hardly anybody changes."""
        return [self[name] for name in ("stack_level", "number", "valid_from", "valid_to")]

    def clean(self) -> dict[str, Any]:
        """Make the wish, or say at which field it is not well-formed."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                cleaned["wish"] = self._wish(cleaned)
            except IllFormed as error:
                self.add_error(_FIELDS.get(error.field, error.field), f"{str(error).capitalize()}.")
        return cleaned

    def _wish(self, cleaned: dict[str, Any]) -> SetProfile:
        purpose = ProfilePurpose(cleaned["purpose"])
        running = self.running.get(cleaned["transaction"]) if purpose == ProfilePurpose.TX else None
        if purpose == ProfilePurpose.TX and running is None:
            raise IllFormed("transaction", "choose the session it is for")
        evse_no = running.evse_no or 0 if running else cleaned["evse"]
        profile = ChargingProfile(
            number=cleaned["number"],
            purpose=purpose,
            kind=ProfileKind(cleaned["kind"]),
            schedule=self._schedule(cleaned),
            stack_level=cleaned["stack_level"],
            recurrency=cleaned["recurrency"],
            valid_from=cleaned["valid_from"],
            valid_to=cleaned["valid_to"],
            reference=running.reference if running else "",
        )
        check_profile(profile, evse_no)
        return SetProfile(evse_no, profile)

    def _schedule(self, cleaned: dict[str, Any]) -> Schedule:
        minutes = cleaned["duration_min"]
        starts_at: datetime | None = cleaned["starts_at"]
        return Schedule(
            RateUnit(cleaned["unit"]),
            self._periods(cleaned),
            starts_at,
            None if minutes is None else minutes * 60,
        )

    def _periods(self, cleaned: dict[str, Any]) -> tuple[Period, ...]:
        rows = [
            tuple(cleaned[f"{name}_{row}"] for name in ("from", "limit", "phases")) for row in range(ROWS)
        ]
        filled = [(start, limit, phases) for start, limit, phases in rows if limit is not None]
        if any(start is None for start, _, _ in filled[1:]):
            raise IllFormed("periods", "say from which minute on each limit holds")
        return tuple(Period((start or 0) * 60, float(limit), phases) for start, limit, phases in filled)

    def request(self) -> SetProfile:
        """The version-neutral wish."""
        wish: SetProfile = self.cleaned_data["wish"]
        return wish


# Where a fault is shown whose field has another name, or none of its own.
_FIELDS = {"periods": None, "duration_s": "duration_min"}


def _period_fields(row: int) -> dict[str, forms.Field]:
    number = row + 1
    return {
        f"from_{row}": forms.IntegerField(
            label=f"Period {number}: from minute", required=False, min_value=0, max_value=525_600,
            initial=0 if row == 0 else None,
        ),
        f"limit_{row}": forms.DecimalField(
            label=f"Period {number}: limit", required=row == 0, min_value=0, max_digits=9, decimal_places=1
        ),
        f"phases_{row}": forms.TypedChoiceField(
            label=f"Period {number}: phases", required=False, coerce=int, empty_value=None,
            choices=[("", "any"), ("1", "1"), ("2", "2"), ("3", "3")],
        ),
    }  # fmt: skip


class ClearProfilesForm(forms.Form):
    """ClearChargingProfile: one by its number, or all that fit."""

    number = forms.IntegerField(
        label="Profile number", required=False, min_value=1, max_value=2**31 - 1,
        help_text="Only this one; then leave the rest empty.",
    )  # fmt: skip
    evse = forms.TypedChoiceField(label="Place", required=False, coerce=int, empty_value=None)
    purpose = forms.ChoiceField(label="Limits", required=False, choices=[("", "Any"), *PURPOSES])
    stack_level = forms.IntegerField(required=False, min_value=0, max_value=1000)

    def __init__(self, *args: Any, evses: QuerySet[Evse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evse"].choices = [("", "Anywhere"), *places(evses)]  # type: ignore[attr-defined]

    def request(self) -> ClearProfiles:
        """The version-neutral wish."""
        cleaned = self.cleaned_data
        purpose = ProfilePurpose(cleaned["purpose"]) if cleaned["purpose"] else None
        return ClearProfiles(cleaned["number"], cleaned["evse"], purpose, cleaned["stack_level"])


class ScheduleForm(forms.Form):
    """GetCompositeSchedule."""

    evse = forms.TypedChoiceField(label="Place", coerce=int)
    hours = forms.IntegerField(label="For the next hours", min_value=1, max_value=168, initial=24)
    unit = forms.ChoiceField(required=False, choices=[("", "As the station likes"), *UNITS])

    def __init__(self, *args: Any, evses: QuerySet[Evse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evse"].choices = places(evses)  # type: ignore[attr-defined]

    def request(self) -> ReadSchedule:
        """The version-neutral wish."""
        cleaned = self.cleaned_data
        unit = RateUnit(cleaned["unit"]) if cleaned["unit"] else None
        return ReadSchedule(cleaned["evse"], cleaned["hours"] * 3600, unit)
