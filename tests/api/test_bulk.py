"""Registering thousands of stations at once."""

import threading

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from chargers.models import ChargingStation
from chargers.services.stations.registration import station_register
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db


def csv(api: Api, text: str | bytes, **headers: str) -> HttpResponse:
    """Send a table."""
    return api.post("stations/bulk", text, content_type="text/csv", **headers)


def test_rows_become_stations_each_with_its_password(api: Api, alpha: World) -> None:
    rows = [{"identity": "A1", "password": "0123456789abcdef"}, {"identity": "A2", "site": alpha.site.name}]
    result = api.post("stations/bulk", rows).json()
    assert [(r["row"], r["identity"]) for r in result["created"]] == [(1, "A1"), (2, "A2")]
    assert result["created"][0]["password"] == "0123456789abcdef"
    assert len(result["created"][1]["password"]) >= 16
    assert result["errors"] == []
    assert api.get("stations/A2").json()["site"] == alpha.site.public_id


def test_a_bad_row_does_not_keep_the_others_out(api: Api, beta: World) -> None:
    rows = [
        {"identity": "A1"},
        {"identity": "A1"},
        {"identity": "no good"},
        {"identity": "A2", "site": beta.site.name},
    ]
    result = api.post(
        "stations/bulk", [*rows, {"identity": "A3", "password": "short"}, {"identity": "A4"}]
    ).json()
    assert [r["identity"] for r in result["created"]] == ["A1", "A4"]
    assert [(e["row"], e["field"]) for e in result["errors"]] == [
        (2, "identity"),
        (3, "identity"),
        (4, "site"),
        (5, "password"),
    ]


def test_a_spreadsheet_is_read_with_its_separator_and_mark(api: Api) -> None:
    table = "\ufeffidentity;name\r\nA1;Erste Säule\r\n\r\nA2;\r\n"
    result = csv(api, table.encode()).json()
    assert [r["identity"] for r in result["created"]] == ["A1", "A2"]
    assert ChargingStation.objects.get(identity="A1").name == "Erste Säule"


@pytest.mark.parametrize(
    "body",
    [
        b"identity\n\xff\xfe",
        b"identity,identity\nA,B",
        b"identity\nA,B,C",
        b'identity\n"A',
        b"identity\nA\0",
        b",".join(b"c%d" % n for n in range(60)),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(api: Api, body: bytes) -> None:
    refused(csv(api, body), 400)
    assert not ChargingStation.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"identity": "A1"}, [], ["A1"], [{"identity": 1}], [[{"identity": "A1"}]]]
)
def test_json_that_is_no_list_of_stations_is_refused_whole(api: Api, body: object) -> None:
    refused(api.post("stations/bulk", body), 422)


def test_an_empty_table_is_refused(api: Api) -> None:
    refused(csv(api, b""), 422)
    refused(csv(api, b"identity\n"), 422)


def test_too_many_rows_and_too_many_bytes_are_refused(api: Api) -> None:
    refused(api.post("stations/bulk", [{"identity": f"A{n}"} for n in range(10_001)]), 422)
    refused(csv(api, "identity\n" + "A" * 6_000_000), 413)


@pytest.mark.parametrize("path", ["stations", "stations/bulk"])
def test_the_collection_itself_takes_lists_and_tables_too(api: Api, path: str) -> None:
    as_json = api.post(path, [{"identity": "A1"}])
    as_table = api.post(path, "identity\nA2\n", content_type="text/csv")
    for response, identity in ((as_json, "A1"), (as_table, "A2")):
        assert response.status_code == 200
        assert [r["identity"] for r in response.json()["created"]] == [identity]


def test_an_unknown_column_is_named(api: Api) -> None:
    refused(csv(api, "identity,organisation_id\nA1,1\n"), 422, "[0].organisation_id")
    assert not ChargingStation.objects.exists()


def test_a_repeated_upload_gives_the_same_passwords_again(api: Api) -> None:
    first = csv(api, "identity\nA1\nA2\n", Idempotency_Key="load-1").json()
    again = csv(api, "identity\nA1\nA2\n", Idempotency_Key="load-1").json()
    assert first == again
    assert [r["identity"] for r in again["created"]] == ["A1", "A2"]


def test_a_row_more_costs_a_statement_more(api: Api) -> None:
    costs = []
    for kind, rows in (("FEW", 10), ("MANY", 210)):
        with CaptureQueriesContext(connection) as asked:
            result = csv(api, "identity\n" + "\n".join(f"{kind}-{n}" for n in range(rows)))
        assert len(result.json()["created"]) == rows
        costs.append(len(asked))
    assert (costs[1] - costs[0]) / 200 < 2


@pytest.mark.django_db(transaction=True)
def test_an_identity_taken_in_the_same_moment_costs_only_its_own_row() -> None:
    alpha = World("ALPHA")
    key, written, go = alpha.key(), threading.Event(), threading.Event()

    def rival() -> None:
        with transaction.atomic():
            station_register(alpha.organisation, "A2", SYSTEM)
            written.set()
            go.wait(10)
        connection.close()

    thread = threading.Thread(target=rival)
    thread.start()
    written.wait(10)
    threading.Timer(0.5, go.set).start()
    result = csv(Api(key), "identity\nA1\nA2\nA3\n").json()
    thread.join()
    assert [r["identity"] for r in result["created"]] == ["A1", "A3"]
    assert [(e["row"], e["field"]) for e in result["errors"]] == [(2, "identity")]
    assert ChargingStation.objects.count() == 3
