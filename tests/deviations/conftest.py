"""One gateway for all deviations, with short patience, and a look at the station's page."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from chargers.choices import FactKind, Quirk
from chargers.models import ChargingStation, LearnedFact
from tests.gateway.charger import Charger, fresh, registered
from tests.gateway.conftest import db, gateway
from tests.gateway.process import Gateway, eventually, free_port
from tests.worlds import World

__all__ = ["db", "gateway"]

QUICK = {"OCPP_BOOT_BACKSTOP": "2", "OCPP_PING_INTERVAL": "1", "OCPP_START_TIMEOUT": "5"}


@pytest.fixture(scope="session")
def gateway_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway these tests share."""
    process = Gateway(free_port(), tmp_path_factory.mktemp("deviations"), QUICK)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def identity(gateway: Gateway, world: World) -> str:
    """A registered station; the organisation's tag is valid."""
    _ = world.tag
    return registered(world, fresh("CP")).identity


@pytest.fixture
def charger(gateway: Gateway, identity: str) -> Charger:
    """That station, connected and booted in 1.6."""
    return Charger(gateway, identity).boot()


@pytest.fixture
def strict(gateway: Gateway, world: World) -> Charger:
    """A connected station that is held to the letter."""
    station = registered(world, fresh("STRICT"))
    ChargingStation.objects.filter(pk=station.pk).update(strict=True)
    return Charger(gateway, station.identity).boot()


class Look:
    """What operators see of a station."""

    def __init__(self, world: World) -> None:
        self._client = Client()
        self._client.force_login(world.owner)

    def noted(self, identity: str, *quirks: Quirk) -> None:
        """These deviations are noted at the station, and its page says each in a sentence."""
        eventually(lambda: self._has(identity, quirks), 10)
        station = ChargingStation.objects.get(identity=identity)
        page = self.page(reverse("dashboard:station", args=[station.public_id]))
        for quirk in quirks:
            assert str(quirk.label) in page, quirk
            assert quirk.meaning in page, quirk

    @staticmethod
    def _has(identity: str, quirks: tuple[Quirk, ...]) -> bool:
        return set(map(str, quirks)) <= ChargingStation.objects.get(identity=identity).quirks.keys()

    def page(self, address: str) -> str:
        """A page as text."""
        answer = self._client.get(address)
        assert answer.status_code == 200
        return answer.content.decode().replace("&#x27;", "'")

    def learned(self, identity: str, kind: FactKind, value: str | None = None) -> LearnedFact:
        """The fact that was learned (with this value), which the station's page tells."""
        facts = LearnedFact.objects.filter(station__identity=identity, kind=kind)
        facts = facts if value is None else facts.filter(value=value)
        eventually(facts.exists, 10)
        fact = facts.get()
        page = self.page(reverse("dashboard:station", args=[fact.station.public_id]))
        assert fact.sentence in page
        assert fact.evidence
        return fact


@pytest.fixture
def look(world: World) -> Look:
    """The operator's eyes."""
    return Look(world)
