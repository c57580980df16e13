"""A tariff run on the past: what earlier sessions would have cost under it, from the same facts, by the same engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from billing.choices import RatingState
from billing.models import Rating, TariffVersion
from billing.pricing.errors import Refused
from billing.pricing.tariff import Tariff

from ..ratings.following import formula_of, with_market, without_market
from ..ratings.pricing import measured, priced
from .overview import version_tariff

# More sessions than this are sampled evenly, so that an answer takes seconds.
MOST_SESSIONS: Final = 500


@dataclass(frozen=True, slots=True)
class Rerun:
    """A session's price then and with the tariff, in minor units; without tax as `net`."""

    rating: Rating
    gross_then: int
    net_then: int
    gross_now: int
    net_now: int

    @property
    def change(self) -> int:
        """How much more its driver would have paid."""
        return self.gross_now - self.gross_then


@dataclass(frozen=True, slots=True)
class PastRun:
    """The sessions that could be compared, the greatest change first.

    `found` is how many there were, `left_out` how many of those looked at are in another currency or cannot be priced.
    """

    currency: str
    found: int
    left_out: int
    sessions: tuple[Rerun, ...]

    @property
    def is_sample(self) -> bool:
        """Whether there were too many to look at all of them."""
        return self.found > MOST_SESSIONS

    @property
    def net_then(self) -> int:
        """Income without tax as it was."""
        return sum(one.net_then for one in self.sessions)

    @property
    def net_now(self) -> int:
        """Income without tax with the tariff."""
        return sum(one.net_now for one in self.sessions)

    @property
    def net_change(self) -> int:
        """How much more income there would have been."""
        return self.net_now - self.net_then

    @property
    def winners(self) -> int:
        """Sessions that would have cost their drivers less."""
        return sum(one.change < 0 for one in self.sessions)

    @property
    def losers(self) -> int:
        """Sessions that would have cost their drivers more."""
        return sum(one.change > 0 for one in self.sessions)

    @property
    def unchanged(self) -> int:
        """Sessions that would have cost the same."""
        return len(self.sessions) - self.winners - self.losers


def past_run(ratings: QuerySet[Rating], version: TariffVersion, since: datetime, until: datetime) -> PastRun:
    """Run a version, a draft too, on final ratings whose sessions began in [since, until)."""
    final = ratings.filter(
        state=RatingState.FINAL, transaction__started_at__gte=since, transaction__started_at__lt=until
    )
    keys = list(final.order_by("pk").values_list("pk", flat=True))
    step = -(-len(keys) // MOST_SESSIONS) or 1
    chosen = ratings.filter(pk__in=keys[::step]).select_related("transaction__station")
    tariff = version_tariff(version)
    again = [_again(one, tariff, version) for one in chosen]
    done = sorted((one for one in again if one), key=lambda one: (-abs(one.change), -one.rating.pk))
    return PastRun(version.currency, len(keys), len(again) - len(done), tuple(done))


def _again(rating: Rating, tariff: Tariff, version: TariffVersion) -> Rerun | None:
    if rating.currency != tariff.currency or rating.gross_minor is None or rating.net_minor is None:
        return None
    try:
        usage = measured(rating.facts)
        facts = with_market(without_market(rating.facts), version, usage.session)
        amount = priced(facts, usage, tariff, formula_of(version)).amount
    except Refused:
        return None
    return Rerun(rating, rating.gross_minor, rating.net_minor, amount.gross_minor, amount.net_minor)


def of_tariff(ratings: QuerySet[Rating], versions: Iterable[TariffVersion]) -> QuerySet[Rating]:
    """Those that were priced by one of the versions."""
    return ratings.filter(version__in=list(versions))
