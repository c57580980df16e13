"""What a look at a tariff can find, and what it has to know of the place where the tariff will apply."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error keeps a tariff from being published unless somebody insists; a warning asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """Each kind of finding, by a name that stays."""

    UNREACHABLE = "unreachable"
    FREE_BY_OMISSION = "free_by_omission"
    WHOLE_DAY = "whole_day"
    STEP_SIZE = "step_size"
    NO_VAT = "no_vat"
    FOREIGN_CURRENCY = "foreign_currency"
    DEAR = "dear"
    NO_GRACE = "no_grace"
    ENERGY_MUST_BE_BASE = "energy_must_be_base"
    NO_TEXT = "no_text"
    IGNORED_FIELD = "ignored_field"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True)
class Finding:
    """`place` names the spot as a refusal does: `elements[1].price_components[0].step_size`."""

    code: Code
    level: Level
    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a tariff will apply. `max_power_w` is that of the strongest EVSE; None or empty is not checked."""

    currency: str | None = None
    languages: frozenset[str] = frozenset()
    max_power_w: int | None = None
    is_public: bool = False


ANYWHERE = Surroundings()
