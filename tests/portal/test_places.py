"""Places: what is free, how sure that is, and being told once when something is."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks

from chargers.choices import CommandEffect, CommandState, ConnectorStatus
from chargers.models import ChargingStation, Command, Connector, Evse, Site
from cpms.core import clock
from cpms.drivers.models import Favourite, FreeWish
from cpms.drivers.services.wishes import wishes_follow
from tests.billing.payments.till import Till
from tests.worlds import World

from .driver import Motorist

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(evse: Evse) -> Site:
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)
    site = evse.station.site
    assert site is not None
    site.city, site.latitude, site.longitude = "Leipzig", "51.34", "12.37"
    site.save()
    return site


def busy(evse: Evse, status: ConnectorStatus = ConnectorStatus.CHARGING) -> None:
    Connector.objects.filter(evse=evse).update(status=status)


def charged(motorist: Motorist, evse: Evse) -> None:
    """Somebody really got energy."""
    motorist.on_invoice()
    session = motorist.begin(evse)
    motorist.till.time.shift(timedelta(minutes=20))
    motorist.till.end(session)


def failed(evse: Evse) -> None:
    Command.objects.create(
        station=evse.station, action="RemoteStartTransaction", state=CommandState.ACCEPTED,
        effect=CommandEffect.NOT_SEEN, expectation={"kind": "transaction_started", "evse_no": evse.number},
        actor_label="driver: somebody", expires_at=clock.now(),
    )  # fmt: skip


def test_a_place_tells_what_is_free_what_it_costs_and_what_really_happened(
    motorist: Motorist, evse: Evse, place: Site
) -> None:
    page = motorist.open("/my/places/").text
    assert "1 of 1 charger free" in page
    assert "Not proven lately" in page
    charged(motorist, evse)
    # Seen failing with "0 minutes ago".
    for path in (f"/my/places/{place.public_id}", motorist.sticker):
        assert "Last successful charge a moment ago." in motorist.open(path).text
    motorist.till.time.shift(timedelta(minutes=14))
    page = motorist.open(f"/my/places/{place.public_id}").text
    assert "Very likely works" in page
    assert "Last successful charge 14" in page
    assert "20 kWh cost you 11.90 EUR here now" in page
    assert motorist.sticker in motorist.page
    busy(evse)
    assert "0 of 1 charger free" in motorist.open("/my/places/").text
    assert "No place fits" in motorist.open("/my/places/?free=yes").text


def test_confidence_falls_with_time_and_with_starts_that_failed(motorist: Motorist, evse: Evse) -> None:
    """Seen failing with failures before the last success counted."""
    failed(evse)
    failed(evse)
    assert "Others could not start here lately" in motorist.open("/my/places/").text
    charged(motorist, evse)
    assert "Very likely works" in motorist.open("/my/places/").text
    motorist.till.time.shift(timedelta(days=2))
    motorist.client.force_login(motorist.user)
    assert "Probably works" in motorist.open("/my/places/").text
    motorist.till.time.shift(timedelta(days=6))
    motorist.client.force_login(motorist.user)
    assert "Not proven lately" in motorist.open("/my/places/").text


def test_places_are_searched_and_the_nearest_come_first(motorist: Motorist, evse: Evse, till: Till) -> None:
    near = Site.objects.create(
        organisation=till.world.organisation, name="Zoo", city="Dresden", latitude="51.04", longitude="13.75"
    )
    ChargingStation.objects.filter(pk=till.world.connected_station("NEAR-1").pk).update(site=near)
    page = motorist.open("/my/places/?near=51.05,13.74").text
    assert page.index("Zoo") < page.index("OURS site")
    assert "1.3 km" in page
    page = motorist.open("/my/places/").text
    assert page.index("OURS site") < page.index("Zoo")
    assert "OURS site" not in motorist.open("/my/places/?q=dresd").text
    for nonsense in ("x", "91,0", "1,2,3", "nan,nan", "inf,0"):
        assert not re.search(r"\d\.\d km", motorist.open(f"/my/places/?near={nonsense}").text)


def test_favourites_come_first_and_can_be_forgotten(motorist: Motorist, place: Site) -> None:
    assert "favourite" not in motorist.open("/my/places/").text
    motorist.tap(f"/my/places/{place.public_id}/favourite")
    motorist.tap(f"/my/places/{place.public_id}/favourite")
    assert Favourite.objects.count() == 1
    assert "(favourite)" in motorist.open("/my/places/").text
    motorist.tap(f"/my/places/{place.public_id}/favourite", forget="yes")
    assert not Favourite.objects.exists()


def test_who_waits_is_told_once_when_it_is_free(
    motorist: Motorist, evse: Evse, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Seen failing with the wish left open after the mail."""
    busy(evse)
    motorist.tap(f"/my/stations/{evse.station.public_id}/wish")
    motorist.tap(f"/my/stations/{evse.station.public_id}/wish")
    assert FreeWish.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert wishes_follow() == 0
    busy(evse, ConnectorStatus.AVAILABLE)
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            wishes_follow()
    assert [one.to for one in mail.outbox] == [[motorist.email]]
    assert motorist.sticker in mail.outbox[0].body


def test_a_wish_that_is_over_or_taken_back_tells_nobody(
    motorist: Motorist, evse: Evse, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    busy(evse)
    motorist.tap(f"/my/stations/{evse.station.public_id}/wish")
    wish = FreeWish.objects.get()
    assert "You get a mail when" in motorist.open("/my/places/").text
    motorist.tap(f"/my/wishes/{wish.public_id}/drop")
    motorist.tap(f"/my/stations/{evse.station.public_id}/wish")
    motorist.till.time.shift(timedelta(hours=5))
    busy(evse, ConnectorStatus.AVAILABLE)
    with django_capture_on_commit_callbacks(execute=True):
        assert wishes_follow() == 0
    assert mail.outbox == []


def test_places_are_found_by_power(motorist: Motorist, evse: Evse, place: Site) -> None:
    Connector.objects.filter(evse=evse).update(max_power_w=50_000)
    assert place.name in motorist.open("/my/places/?kw=50").text
    assert "No place fits" in motorist.open("/my/places/?kw=150").text
    assert place.name in motorist.open("/my/places/?kw=7").text, "what is not offered is not asked for"
    ids = [one["id"] for one in motorist.client.get("/api/v1/my/places?power_w=50000").json()["results"]]
    assert ids == [place.public_id]
    assert motorist.client.get("/api/v1/my/places?power_w=50001").json()["results"] == []
    assert motorist.client.get("/api/v1/my/places?power_w=-1").status_code == 400


def test_list_and_map_show_the_same_places_under_the_same_numbers(motorist: Motorist, place: Site) -> None:
    assert "<svg viewBox" not in motorist.open("/my/places/").page, "one place is no map"
    away = Site.objects.create(
        organisation=place.organisation, name="Zoo", latitude="51.44", longitude="12.37"
    )
    ChargingStation.objects.create(organisation=place.organisation, site=away, identity="ZOO-1")
    page = motorist.open("/my/places/").text
    assert f"1. {place.name}" in page
    assert "2. Zoo" in page
    dots = re.findall(r'<g class="dot( free)?"><circle cx="([\d.]+)" cy="([\d.]+)"', motorist.page)
    assert dots == [(" free", "140.0", "258.0"), ("", "140.0", "22.0")], "the zoo is north and has nothing"
    assert "5 km" in page
    assert 'class="here"' in motorist.open("/my/places/?near=51.4,12.4").page


def test_nobody_sees_places_of_operators_without_an_account_or_anothers_wishes(
    motorist: Motorist, evse: Evse, other_world: World, till: Till
) -> None:
    """Seen failing with all sites listed."""
    theirs = other_world.station
    assert other_world.mark not in motorist.open("/my/places/").page
    assert theirs.site is not None
    assert motorist.client.get(f"/my/places/{theirs.site.public_id}").status_code == 404
    assert motorist.client.post(f"/my/places/{theirs.site.public_id}/favourite").status_code == 404
    assert motorist.client.post(f"/my/stations/{theirs.public_id}/wish").status_code == 404
    busy(evse)
    motorist.tap(f"/my/stations/{evse.station.public_id}/wish")
    wish = FreeWish.objects.get()
    eve = Motorist.new(till, motorist.sticker, "eve@example.com")
    eve.join(evse)
    assert eve.client.post(f"/my/wishes/{wish.public_id}/drop").status_code == 404
    assert eve.client.delete(f"/api/v1/my/wishes/{wish.public_id}").status_code == 404
    assert FreeWish.objects.get().ended_at is None


def test_by_the_api_it_is_the_same(motorist: Motorist, evse: Evse, place: Site) -> None:
    client = motorist.client
    there = client.get("/api/v1/my/places?q=leip").json()["results"][0]
    assert (there["id"], there["free"], there["chargers"]) == (place.public_id, 1, 1)
    told = client.get(f"/api/v1/my/places/{there['id']}").json()["spots"][0]
    assert (told["state"], told["example_price"]) == ("free", "11.90 EUR")
    assert f"/c/{told['code']}" == motorist.sticker
    made = client.post(
        "/api/v1/my/favourites", {"place": there["id"]}, content_type="application/json"
    ).json()
    assert client.get("/api/v1/my/favourites").json()["results"][0]["id"] == made["id"]
    assert client.delete(f"/api/v1/my/favourites/{made['id']}").status_code == 204
    body = {"station": told["station"]}
    wish = client.post("/api/v1/my/wishes", body, content_type="application/json").json()
    assert client.delete(f"/api/v1/my/wishes/{wish['id']}").status_code == 204
    assert client.get("/api/v1/my/wishes").json()["results"] == []
