"""The event feed: a stable order that misses nothing."""

import threading
import time

import pytest
from django.db import connection, transaction

from chargers.events import StationBooted
from cpms.core import clock
from cpms.core.events import publish
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db(transaction=True)


def happen(world: World, reason: str) -> None:
    """Publish an event in a transaction of its own."""
    with transaction.atomic():
        publish(
            StationBooted(
                organisation_id=world.organisation.pk,
                subject=reason,
                occurred_at=clock.now(),
                station=reason,
                reason=reason,
            )
        )


def fed(api: Api, path: str, count: int) -> dict[str, list[dict[str, str]]]:
    """The feed once it has so many events: transactions of other databases of the server hold it back, too."""
    end = time.monotonic() + 10
    while True:
        answer = api.get(path).json()
        if len(answer["results"]) >= count or time.monotonic() > end:
            return answer
        time.sleep(0.05)


def subjects(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [event["subject"] for event in answer["results"]]


def test_the_feed_goes_on_where_the_cursor_says(alpha: World) -> None:
    api = Api(alpha.key())
    for reason in ("one", "two", "three"):
        happen(alpha, reason)
    fed(api, "events", 3)
    first = api.get("events?limit=2").json()
    assert subjects(first) == ["one", "two"]
    rest = api.get(f"events?after={first['next']}").json()
    assert subjects(rest) == ["three"]
    assert rest["results"][0]["type"] == "station.booted"
    end = api.get(f"events?after={rest['next']}").json()
    assert (end["results"], end["next"]) == ([], rest["next"])
    happen(alpha, "four")
    assert subjects(fed(api, f"events?after={end['next']}", 1)) == ["four"]


def test_another_organisations_events_are_not_in_it(alpha: World, beta: World) -> None:
    happen(beta, "theirs")
    assert subjects(Api(alpha.key()).get("events").json()) == []


def test_a_transaction_that_commits_late_is_not_passed_over(alpha: World) -> None:
    """An event written before ours but committed after it must not slip in behind the cursor."""
    key, written, go = alpha.key(), threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            happen(alpha, "late")
            written.set()
            go.wait(10)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    written.wait(10)
    happen(alpha, "early")
    api = Api(key)
    before = api.get("events").json()
    assert subjects(before) == []
    go.set()
    thread.join()
    assert sorted(subjects(fed(api, f"events?after={before['next']}", 2))) == ["early", "late"]


@pytest.mark.parametrize(
    "query", ["after=x", "after=1", "after=-1-2", "after=1-99999999999999999999999", "limit=x", "from=1"]
)
def test_an_unreadable_cursor_is_refused(alpha: World, query: str) -> None:
    refused(Api(alpha.key()).get(f"events?{query}"), 400, query.partition("=")[0])


def test_the_feed_needs_its_own_permission(alpha: World) -> None:
    refused(Api(alpha.key("stations.view")).get("events"), 403)
