"""How fast the engine rates on one core, from documents that were read to totals."""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.pricing.breakdown import instant_text, totals
from billing.pricing.cdr import read_cdr
from billing.pricing.exact import Rational, loads, ratio
from billing.pricing.rating import Rating, rate
from billing.pricing.rounding import rounded
from billing.pricing.tariff import Dimension
from billing.rating_files import rate_session_document
from cpms.ops.bench.figures import Figure, Goal, middle
from cpms.ops.bench.ground import BenchError

_ROUNDS = 5
_PER_UNIT = {Dimension.ENERGY: 1000}
_HOUR_S = 3600


def speeds(data: Path) -> list[Figure]:
    """Ratings per second of processor time: raw sessions with tariff and cutting, and the CDRs made of them."""
    file = data / "tariffs" / "synthetic" / "session_vectors.jsonl"
    if not file.exists():
        raise BenchError(f"no vectors at {file}")
    documents = [loads(line) for line in file.read_bytes().splitlines()]
    ratings = [rate_session_document(document) for document in documents]
    cdrs = [(_cdr(rating), rating) for rating in ratings]
    periods = sum(len(rating.usage.periods) for rating in ratings) / len(ratings)
    of_sessions = _per_second(documents, rate_session_document)
    of_cdrs = _per_second(cdrs, _rate_cdr)
    return [
        Figure(8, f"CDR ratings, {periods:.1f} periods each", Goal(1500, "/s", at_least=True), of_cdrs),
        Figure(9, "raw sessions with cutting", Goal(300, "/s", at_least=True), of_sessions),
    ]


def _rate_cdr(item: tuple[dict[str, Any], Rating]) -> Rating:
    document, rating = item
    return rate(read_cdr(document, [rating.usage.periods[0].tariff], rating.usage.zone))


def _per_second(items: list[Any], rated: Callable[[Any], Rating]) -> float:
    """The median of rounds."""
    found = []
    for _ in range(_ROUNDS):
        begin = time.process_time()
        for item in items:
            totals(rated(item))
        found.append(len(items) / (time.process_time() - begin))
    return middle(found)


def _cdr(rating: Rating) -> dict[str, Any]:
    """The CDR that a partner would send of a session: ten decimals of kWh and hours."""
    periods = [
        {
            "start_date_time": instant_text(period.start),
            "dimensions": [
                {"type": name, "volume": _volume(name, volume)} for name, volume in period.volumes.items()
            ],
        }
        for period in rating.usage.periods
    ]
    return {"charging_periods": periods, "currency": rating.bill.currency}


def _volume(name: Dimension, volume: Rational) -> Decimal:
    return Decimal(rounded(ratio(volume, _PER_UNIT.get(name, _HOUR_S)), 10))
