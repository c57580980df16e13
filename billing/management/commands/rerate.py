"""`manage.py rerate`: prove that stored prices come out the same, or say which do not."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.pricing.rating import ENGINE_VERSION
from billing.services.ratings.again import Difference, differences, ratings_between
from cpms.accounts.models import Organisation


class Command(BaseCommand):
    """Changes nothing. Ends with 1 when something differs that the same engine had made."""

    help = "Rate stored sessions again and print what differs, one JSON object a line, then a summary."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=moment, help="sessions that began at or after this day (ISO 8601)"
        )
        parser.add_argument("--until", type=moment, help="sessions that began before this day")
        parser.add_argument("--organisation", help="public id or name")
        parser.add_argument("--evidence", action="store_true", help="gather the stations' messages anew, too")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = _organisation(options["organisation"])
        ratings = ratings_between(options["since"], options["until"], organisation)
        rated = found = broken = 0
        for difference in differences(ratings, from_evidence=options["evidence"]):
            rated += 1
            if difference is not None:
                found += 1
                broken += difference.what != "facts" and difference.rating.engine in ("", ENGINE_VERSION)
                self.stdout.write(json.dumps(_shown(difference)))
        self.stdout.write(json.dumps({"engine": ENGINE_VERSION, "rated": rated, "differ": found}))
        if broken:
            raise CommandError(f"{broken} prices differ although the engine is the same")


def moment(text: str) -> datetime:
    """A day or a moment; UTC where no zone is said. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _organisation(ref: str | None) -> Organisation | None:
    if ref is None:
        return None
    for name in ("public_id", "name"):
        if found := Organisation.objects.filter(**{name: ref}).first():
            return found
    raise CommandError(f"there is no organisation {ref!r}")


def _shown(one: Difference) -> dict[str, Any]:
    rating = one.rating
    return {
        "rating": rating.public_id, "transaction": rating.transaction.public_id, "engine": rating.engine,
        "differs": one.what, "before": one.before, "after": one.after,
    }  # fmt: skip
