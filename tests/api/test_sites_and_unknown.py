"""Sites and unknown stations over the API."""

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from chargers.choices import UnknownState
from chargers.models import UnknownStation
from chargers.services.stations.unknown import Knock, knocked
from chargers.stickers import code_of
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db


def knock(identity: str, key: bytes | None = None) -> UnknownStation:
    """An unknown station calls."""
    knocked(Knock(identity, "192.0.2.7", f"/ocpp/{identity}", "ocpp1.6", "charger/1", key))
    return UnknownStation.objects.get(identity=identity)


def texts(pdf: bytes) -> list[str]:
    """What is written on each sheet."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def test_a_site_is_made_changed_and_removed(api: Api) -> None:
    made = api.post(
        "sites", {"name": "Harbour", "country": "DE", "latitude": "53.55", "time_zone": "Europe/Berlin"}
    )
    assert made.status_code == 201
    path = f"sites/{made.json()['id']}"
    assert api.patch(path, {"city": "Hamburg"}).json()["city"] == "Hamburg"
    assert [s["name"] for s in api.get("sites?search=hamb").json()["results"]] == ["Harbour"]
    assert api.delete(path).status_code == 204
    refused(api.get(path), 404)


def test_the_stickers_of_a_site_are_the_file_of_the_page(api: Api, alpha: World) -> None:
    path = f"sites/{alpha.site.public_id}/stickers.pdf"
    assert "outlet" in refused(api.get(path), 404)["detail"]
    assert alpha.station.site == alpha.site
    made = api.get(path)
    assert (made.status_code, made["Content-Type"]) == (200, "application/pdf")
    page = Client()
    page.force_login(alpha.owner)
    evse = alpha.station.evses.order_by("number")[0]
    assert code_of(evse) in texts(made.content)[0]
    assert texts(made.content) == texts(page.get(f"/sites/{alpha.site.public_id}/stickers.pdf").content)
    refused(Api(World("STRANGER").key()).get(path), 404)


def test_a_site_with_stations_stays(api: Api, alpha: World) -> None:
    assert alpha.station.site == alpha.site
    refused(api.delete(f"sites/{alpha.site.public_id}"), 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "country": "Germany"}, "country"),
        ({"name": "x", "latitude": 91}, "latitude"),
        ({"name": "x", "latitude": "1e30"}, "latitude"),
        ({"name": "x", "longitude": "NaN"}, "longitude"),
        ({"name": "x", "time_zone": "Mars/Olympus"}, "time_zone"),
        ({"name": "x", "slug": "y"}, "slug"),
    ],
)
def test_a_bad_site_is_refused_by_field(api: Api, body: object, field: str) -> None:
    refused(api.post("sites", body), 422, field)


def test_a_name_is_used_once_an_organisation(api: Api, alpha: World, beta: World) -> None:
    assert beta.site.name == "BETA site"
    refused(api.post("sites", {"name": alpha.site.name}), 422)
    assert api.post("sites", {"name": "BETA site"}).status_code == 201


def test_an_unknown_station_with_a_key_is_adopted_without_a_new_one(api: Api, alpha: World) -> None:
    unknown = knock("STRAY-1", b"0123456789abcdef")
    listed = api.get("unknown-stations?state=waiting").json()["results"]
    assert [(u["identity"], u["offered_key"]) for u in listed] == [("STRAY-1", True)]
    assert "offered_key_hash" not in listed[0]
    adopted = api.post(f"unknown-stations/{unknown.public_id}/adopt", {"site": alpha.site.public_id})
    assert adopted.status_code == 201
    assert (adopted.json()["password"], adopted.json()["site"]) == (None, alpha.site.public_id)
    assert api.get("stations/STRAY-1").status_code == 200
    refused(api.get(f"unknown-stations/{unknown.public_id}"), 404)


def test_an_unknown_station_without_a_key_gets_one_when_adopted(api: Api) -> None:
    adopted = api.post(f"unknown-stations/{knock('STRAY-2').public_id}/adopt")
    assert len(adopted.json()["password"]) >= 16


def test_a_blocked_station_leaves_the_inbox(api: Api) -> None:
    unknown = knock("STRAY-3")
    assert api.post(f"unknown-stations/{unknown.public_id}/block").json()["state"] == "blocked"
    assert api.get("unknown-stations?state=waiting").json()["results"] == []


def test_the_inbox_is_only_for_organisations_trusted_with_it(alpha: World, beta: World) -> None:
    unknown = knock("STRAY-4")
    assert alpha.organisation.adopts_unknown_stations
    theirs = Api(beta.key())
    assert theirs.get("unknown-stations").json()["results"] == []
    refused(theirs.post(f"unknown-stations/{unknown.public_id}/adopt"), 404)
    refused(theirs.post(f"unknown-stations/{unknown.public_id}/block"), 404)


def test_who_may_see_stations_sees_who_calls_and_adopts_nobody(alpha: World) -> None:
    unknown = knock("STRAY-6")
    sees = Api(alpha.key("stations.view"))
    assert [row["identity"] for row in sees.get("unknown-stations").json()["results"]] == ["STRAY-6"]
    for act in ("adopt", "block"):
        refused(sees.post(f"unknown-stations/{unknown.public_id}/{act}"), 403)
    assert UnknownStation.objects.filter(pk=unknown.pk, state=UnknownState.WAITING).exists()


def test_nothing_is_adopted_onto_somebody_elses_site(api: Api, beta: World) -> None:
    unknown = knock("STRAY-5")
    refused(
        api.post(f"unknown-stations/{unknown.public_id}/adopt", {"site": beta.site.public_id}), 404, "site"
    )
    assert UnknownStation.objects.filter(pk=unknown.pk).exists()
