"""Transactions over the API."""

from datetime import timedelta

import pytest

from chargers.models import Transaction
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db


def test_a_running_transaction_shows_its_newest_reading(api: Api, alpha: World) -> None:
    body = api.get(f"transactions/{alpha.transaction.public_id}").json()
    assert (body["open"], body["state"]) == (True, alpha.transaction.state)
    assert body["latest"]["energy_wh"] == 1050
    assert body["uid"] == alpha.tag.uid
    assert body["id_tag"] == alpha.tag.public_id
    assert (body["evse_no"], body["connector_no"]) == (1, 1)


def test_an_ended_transaction_has_its_energy_and_reason(api: Api, alpha: World) -> None:
    ended = alpha.ended(alpha.transaction, 8500)
    body = api.get(f"transactions/{ended.public_id}").json()
    assert (body["open"], body["energy_wh"], body["stop_reason"]) == (False, 7500, "Local")
    assert body["latest"] is None


def test_the_list_narrows_by_all_it_promises(api: Api, alpha: World) -> None:
    now = clock.now()
    old = alpha.ended(alpha.started(now - timedelta(days=2)), 5000)
    new = alpha.started(now - timedelta(minutes=5), 5000)

    def ids(query: str) -> list[str]:
        return [row["id"] for row in api.get(f"transactions?{query}").json()["results"]]

    assert ids("") == [new.public_id, old.public_id]
    assert ids("open=true") == [new.public_id]
    assert ids("open=false") == ids("state=ended") == [old.public_id]
    yesterday = (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(f"since={yesterday}") == [new.public_id]
    assert ids(f"until={yesterday}") == [old.public_id]
    assert len(ids("station=ALPHA-1&connector=1&evse=1")) == 2
    assert len(ids(f"tag={alpha.tag.uid.lower()}")) == len(ids(f"tag={alpha.tag.public_id}")) == 2
    assert ids("connector=2") == ids("tag=nobody") == ids("station=cst_x") == []


def test_connectors_go_by_the_number_their_station_uses(api: Api, alpha: World) -> None:
    """Seen failing with `connector` meaning our own number, which is always 1 at a station that numbers them all."""
    old, newer = alpha.started(clock.now()), alpha.started(clock.now() - timedelta(days=1))
    nested = alpha.connected_station("ALPHA-NESTED", "ocpp2.0.1")
    Transaction.objects.filter(pk=old.pk).update(evse_no=2, connector_no=1)
    Transaction.objects.filter(pk=newer.pk).update(station=nested, evse_no=1, connector_no=2)

    def found(query: str) -> list[tuple[str, int]]:
        rows = api.get(f"transactions?{query}").json()["results"]
        return [(row["id"], row["connector_id"]) for row in rows]

    assert found("connector=2") == [(old.public_id, 2), (newer.public_id, 2)]
    assert found("station=ALPHA-1&connector=2") == found("evse=2") == [(old.public_id, 2)]
    assert found("connector=1") == []
    assert api.get(f"transactions/{old.public_id}").json()["connector_id"] == 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("until=2026-13-01", "until"),
        ("connector=-1", "connector"),
        ("connector=99999999999999999999", "connector"),
        ("state=running", "state"),
        ("organisation__name=x", "organisation__name"),
    ],
)
def test_an_unreadable_filter_is_named(api: Api, query: str, field: str) -> None:
    refused(api.get(f"transactions?{query}"), 400, field)


def test_readings_come_in_order_page_by_page(api: Api, alpha: World) -> None:
    from chargers.models import MeterValue

    transaction = alpha.transaction
    first = transaction.started_at
    MeterValue.objects.bulk_create(
        MeterValue(
            station=alpha.station,
            transaction=transaction,
            evse_no=1,
            taken_at=first + timedelta(minutes=2 + n // 2),
            received_at=first,
            energy_wh=1100 + n,
            digest=n,
        )
        for n in range(9)
    )
    seen, url = [], f"transactions/{transaction.public_id}/meter-values?limit=4"
    while url:
        page = api.get(url).json()
        seen += [row["energy_wh"] for row in page["results"]]
        url = page["next"]
    assert seen == [1050, *range(1100, 1109)]
    later = (first + timedelta(minutes=5)).isoformat().replace("+", "%2B")
    rows = api.get(f"transactions/{transaction.public_id}/meter-values?since={later}").json()["results"]
    assert [row["energy_wh"] for row in rows] == [1106, 1107, 1108]


def test_the_messages_of_a_transaction_are_its_timeline(api: Api, alpha: World) -> None:
    ended = alpha.ended(alpha.transaction, 2000)
    rows = api.get(f"transactions/{ended.public_id}/events").json()["results"]
    assert [row["kind"] for row in rows] == ["Started", "Ended"]


def test_an_open_transaction_is_stopped_by_a_command_and_an_ended_one_is_not(api: Api, alpha: World) -> None:
    path = f"transactions/{alpha.transaction.public_id}/stop"
    sent = api.post(path)
    assert (sent.status_code, sent.json()["action"]) == (202, "RemoteStopTransaction")
    alpha.ended(alpha.transaction, 2000)
    refused(api.post(path), 409)


def test_tag_numbers_are_for_those_who_may_see_tags(alpha: World) -> None:
    reader = Api(alpha.key("transactions.view"))
    body = reader.get(f"transactions/{alpha.transaction.public_id}")
    assert body.json()["uid"] is None
    assert alpha.tag.uid not in body.content.decode()


def test_another_organisations_transaction_is_not_there(api: Api, beta: World) -> None:
    beta.furnish()
    path = f"transactions/{beta.transaction.public_id}"
    for part in ("", "/meter-values", "/events"):
        refused(api.get(path + part), 404)
    refused(api.post(f"{path}/stop"), 404)
    assert api.get(f"transactions?station={beta.station.public_id}").json()["results"] == []


def test_the_list_costs_the_same_for_one_and_for_ten(
    api: Api, alpha: World, django_assert_max_num_queries
) -> None:
    for hours in range(1, 11):
        alpha.ended(alpha.started(clock.now() - timedelta(hours=hours)), 2000)
    with django_assert_max_num_queries(7):
        assert len(api.get("transactions").json()["results"]) == 10
