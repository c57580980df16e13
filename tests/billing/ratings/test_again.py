"""Re-rating: the same facts and the same engine make the same bytes."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from billing.models import Rating
from billing.services.ratings.outcome import session_rate

from .story import Story, at
from .test_running import EVERYTHING


@pytest.fixture
def rated(story: Story) -> Rating:
    story.tariff(EVERYTHING)
    story.status(-1, "Preparing")
    story.begin()
    story.status(1, "Charging")
    story.read(17.5, 3_333)
    story.status(40, "SuspendedEV")
    found = session_rate(story.end(55, 7_777))
    assert found is not None
    return found


def rerate(*options: str) -> list[dict[str, object]]:
    out = io.StringIO()
    try:
        call_command("rerate", *options, stdout=out)
    finally:
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return lines


def spoil(rating: Rating, **columns: str) -> None:
    """Change a stored price behind the trigger's back."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE billing_rating DISABLE TRIGGER USER")
        Rating.objects.filter(pk=rating.pk).update(**columns)
        connection.check_constraints()
        cursor.execute("ALTER TABLE billing_rating ENABLE TRIGGER USER")


@pytest.mark.parametrize("options", [(), ("--evidence",)])
def test_what_was_rated_comes_out_the_same_byte_for_byte(rated: Rating, options: tuple[str, ...]) -> None:
    assert rerate(*options) == [{"engine": "1", "rated": 1, "differ": 0}]


def test_a_price_that_comes_out_otherwise_is_shown_and_fails(rated: Rating) -> None:
    spoil(rated, result=rated.result.replace("payable", "Payable"))
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 prices differ"):
        call_command("rerate", stdout=out)
    shown = json.loads(out.getvalue().splitlines()[0])
    assert (shown["rating"], shown["differs"]) == (rated.public_id, "result")
    assert "Payable" in shown["before"]
    assert "Payable" not in shown["after"]


def test_another_engine_may_differ(rated: Rating) -> None:
    spoil(rated, result=rated.result.replace("payable", "Payable"), engine="0")
    assert [line.get("differs") for line in rerate()] == ["result", None]


def test_evidence_that_has_grown_is_told(story: Story, rated: Rating) -> None:
    story.read(20, 4_000, received=70)
    assert rerate() == [{"engine": "1", "rated": 1, "differ": 0}]
    assert rerate("--evidence")[0]["differs"] == "facts"


def test_range_and_organisation_choose(story: Story, rated: Rating) -> None:
    day = at(0).date()
    assert rerate("--since", str(day), "--until", str(day + timedelta(days=1)))[0]["rated"] == 1
    assert rerate("--since", str(day + timedelta(days=1)))[0]["rated"] == 0
    assert rerate("--organisation", story.world.organisation.public_id)[0]["rated"] == 1
    with pytest.raises(CommandError, match="no organisation"):
        call_command("rerate", "--organisation", "nobody")
