"""What the pages of tariffs share: the plain form with its rows, and the look at a tariff while it is typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import QueryDict
from django.utils import timezone

from billing.models import TariffFamily, TariffVersion
from billing.pricing.document import seconds_of
from billing.pricing.errors import Refused
from billing.pricing.exact import loads
from billing.pricing.lint import ANYWHERE
from billing.pricing.rounding import minor_decimals
from billing.selectors.tariffs import price_series_for
from billing.services.tariffs.canonical import canonical
from billing.services.tariffs.following import Follows, follows_of
from billing.services.tariffs.following import moment_of as market_moment
from billing.services.tariffs.surroundings import surroundings_of
from billing.services.tariffs.versions import document_of
from billing.tariffs.examples import ENERGIES_WH, FAST_W, IDLE_MINUTES, SLOW_W
from billing.tariffs.following import with_energy
from billing.tariffs.look import Look, look, told
from billing.tariffs.plain import PlainTariff
from billing.tariffs.reading import plain_tariff
from billing.tariffs.words import limit_texts, price_lines, tax_text
from billing.tariffs.writing import document
from cpms.core import clock

from .access import OperatorRequest
from .forms.saving import refuse
from .forms.tariff_market import MarketForm
from .forms.tariffs import BaseRows, PlainForm, Rows, initial_of, plain_of, rows_of

# When the examples begin: weekday (0 Monday) and hour.
BEGINS: Final = {
    "2-12": "on a Wednesday at noon",
    "2-18": "on a Wednesday at 18:00",
    "3-2": "in the night to a Thursday at 2:00",
    "6-12": "on a Sunday at noon",
}
# The button that asks for another row.
MORE: Final = "more"
WAYS: Final = (
    f"fast, {FAST_W // 1000} kW",
    f"slow, {SLOW_W // 1000} kW",
    f"slow, then {IDLE_MINUTES // 60} h idle",
)


@dataclass
class Editor:
    """The plain form and its rows; `kept` are the fields of the document that they do not show."""

    form: PlainForm
    rows: BaseRows
    kept: Mapping[str, Any]

    def body(self) -> str | None:
        """The document as canonical JSON; None when a form has errors."""
        if not (self.form.is_valid() and self.rows.is_valid()):
            return None
        return canonical(document(plain_of(self.form.cleaned_data, self.rows.kept(), self.kept)))

    def refuse(self, error: ValidationError) -> None:
        """Say what the service refused, in words where the document is meant."""
        if "elements: is empty" in error.messages:
            self.form.add_error(None, "Give at least one price.")
        else:
            refuse(self.form, error)


def editor(
    data: QueryDict | None, plain: PlainTariff | None, hold: str | None = None, currency: str = "EUR"
) -> Editor:
    """The forms filled with what was sent, else with a tariff, else empty but for the currency."""
    initial = initial_of(plain) | {"preauthorise": hold} if plain else {"currency": currency}
    rows = Rows(data, prefix="rows", initial=rows_of(plain) if plain else [])
    assert isinstance(rows, BaseRows)
    return Editor(PlainForm(data, initial=initial), rows, plain.kept if plain else {})


def market_form(request: OperatorRequest, source: TariffVersion | None) -> MarketForm:
    """Which market energy follows: as was sent, else as the version says."""
    initial = MarketForm.start(follows_of(source))
    return MarketForm(sent_data(request), series=price_series_for(request.viewer), initial=initial)


def sent_data(request: OperatorRequest) -> QueryDict | None:
    """What was sent, with one more row where that was asked for; None for a page that is only opened."""
    if request.method != "POST":
        return None
    return _with_another_row(request.POST) if MORE in request.POST else request.POST


def is_order(request: OperatorRequest) -> bool:
    """Whether the draft shall be saved, and not only shown with another row."""
    return request.method == "POST" and MORE not in request.POST


def _with_another_row(data: QueryDict) -> QueryDict:
    more = data.copy()
    count = data.get("rows-TOTAL_FORMS", "")
    more["rows-TOTAL_FORMS"] = str(int(count) + 1 if count.isdigit() and len(count) < 4 else 1)
    return more


def source_of(family: TariffFamily) -> TariffVersion | None:
    """What a draft goes on from: the draft, else the newest version."""
    return family.versions.order_by("-number").first()


def plain_source(version: TariffVersion | None) -> PlainTariff | None:
    """A version in the plain form; None where that cannot say all of it."""
    return plain_tariff(loads(version.body)) if version else None


def hold_text(version: TariffVersion | None) -> str | None:
    """What is held before a session, in the main unit."""
    if version is None or version.preauthorise_minor is None:
        return None
    return format(Decimal(version.preauthorise_minor).scaleb(-minor_decimals(version.currency)), "f")


def hold_minor(form: BaseForm, currency: str) -> int | None:
    """The typed hold in minor units. Raises ValidationError for parts of a minor unit."""
    typed: Decimal | None = form.cleaned_data["preauthorise"]
    if typed is None:
        return None
    minor = typed.scaleb(minor_decimals(currency))
    if minor != minor.to_integral_value():
        raise ValidationError({"preauthorise": f"{currency} has {minor_decimals(currency)} decimals."})
    return int(minor)


def begins_of(request: OperatorRequest) -> str:
    """The moment the examples are asked for, one of `BEGINS`."""
    asked = (request.POST or request.GET).get("begins", "")
    return asked if asked in BEGINS else next(iter(BEGINS))


def moment_of(begins: str, now: datetime) -> datetime:
    """The next such local time in the active time zone."""
    weekday, hour = map(int, begins.split("-"))
    local = timezone.localtime(now)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def preview(
    request: OperatorRequest, body: str | None, family: TariffFamily | None, follows: Follows | None = None
) -> dict[str, Any]:
    """What the page shows beside the form: sentence, remarks and examples; a problem where it is no tariff."""
    begins = begins_of(request)
    shown = {"begins": begins, "begins_words": BEGINS[begins], "ways": WAYS}
    if body is None:
        return shown | {"waits": True}
    now = clock.now()
    around = surroundings_of(family, now) if family else ANYWHERE
    start = seconds_of(moment_of(begins, now))
    try:
        moment = market_moment(follows, now) if follows else None
        seen = look(document_of(body), around, start, request.organisation.time_zone, moment)
    except Refused as refused:
        return shown | {"place": refused.place, "problem": refused.problem}
    except ValidationError as error:
        return shown | {"place": "", "problem": " ".join(error.messages)}
    return shown | look_context(seen) | {"follows": follows, "moment": moment}


def look_context(seen: Look) -> dict[str, Any]:
    """A look for the template: prices, remarks, and the examples as rows by energy."""
    cells = [told(example) for example in seen.examples]
    width = len(WAYS)
    return {
        "look": seen,
        "lines": with_energy(price_lines(seen.tariff), seen.energy)
        if seen.energy
        else price_lines(seen.tariff),
        "limits": list(limit_texts(seen.tariff)),
        "tax": tax_text(seen.tariff),
        "grid": [
            (energy_wh, list(zip(WAYS, cells[row * width : (row + 1) * width], strict=True)))
            for row, energy_wh in enumerate(ENERGIES_WH)
        ],
    }
