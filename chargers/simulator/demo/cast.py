"""Who plays: organisations, sites, stations, people and cards, as data."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ..visits import Visit, busiest_moment

VERSIONS = ("1.6", "2.0.1", "1.6")
CARDS = 48
SPARES = (("SPARE-16", "1.6"), ("SPARE-201", "2.0.1"))
STRANGER = "NEW-CHARGER-7"
VALID_TAG, BLOCKED_TAG, EXPIRED_TAG = "TAG-001", "TAG-BLOCKED", "TAG-EXPIRED"
GROUPS = ("STAFF", "VISITORS")
DRIVER_EMAIL, DRIVER_NAME = "robin@example.com", "Robin Vale"


@dataclass(frozen=True, slots=True)
class Place:
    """A site, how many stations stand there, and how they are called."""

    name: str
    address: str
    city: str
    country: str
    latitude: str
    longitude: str
    time_zone: str
    stations: int
    prefix: str
    bay: str
    # Follow the recorded visits hour by hour, or come and go every few minutes.
    replays: bool


@dataclass(frozen=True, slots=True)
class Operator:
    """An organisation with its sites; `people` is the start of its members' e-mail addresses."""

    name: str
    time_zone: str
    people: str
    places: tuple[Place, ...]
    adopts_unknown_stations: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One station: where it stands and which recorded station it plays."""

    identity: str
    name: str
    version: str
    operator: Operator
    place: Place
    recorded: str

    @property
    def signs(self) -> bool:
        """Whether its meters sign: where people come and go all day, there is soon something to see."""
        return not self.place.replays


OPERATORS = (
    Operator(
        "North Garage Charging",
        "America/Los_Angeles",
        "",
        (
            Place(
                "North Garage", "1200 Mill Street", "Pasadena", "US", "34.137900", "-118.125500",
                "America/Los_Angeles", 18, "CA", "Bay", True,
            ),
            Place(
                "Wilson Avenue", "370 Wilson Avenue", "Pasadena", "US", "34.141200", "-118.127300",
                "America/Los_Angeles", 6, "WA", "Kerb", False,
            ),
        ),
        adopts_unknown_stations=True,
    ),
    Operator(
        "Harbour Power",
        "Europe/Copenhagen",
        "harbour-",
        (
            Place(
                "Harbour East", "Kajgade 4", "Aarhus", "DK", "56.154300", "10.221900",
                "Europe/Copenhagen", 4, "HP", "Berth", False,
            ),
        ),
    ),
)  # fmt: skip


def parts(visits: list[Visit]) -> list[Part]:
    """All stations. The first play those that are charging at the busiest moment, the others the favourites."""
    order = iter(_by_interest(visits))
    return [
        _part(operator, place, number, recorded)
        for operator in OPERATORS
        for place in operator.places
        for number, recorded in _numbered(place.stations, order)
    ]


def _numbered(count: int, order: Iterator[str]) -> list[tuple[int, str]]:
    return [(number, next(order)) for number in range(1, count + 1)]


def _part(operator: Operator, place: Place, number: int, recorded: str) -> Part:
    """Stations that replay keep the number of the real one."""
    suffix = recorded.partition("-")[2] if place.replays else f"{number:02d}"
    version = VERSIONS[number % len(VERSIONS)]
    return Part(f"{place.prefix}-{suffix}", f"{place.bay} {suffix}", version, operator, place, recorded)


def _by_interest(visits: list[Visit]) -> list[str]:
    """Recorded stations: those charging at the busiest moment, then the others, the favourites first."""
    moment = busiest_moment(visits)
    favourites = [name for name, _ in Counter(visit.station for visit in visits).most_common()]
    charging = {visit.station for visit in visits if visit.plug_in <= moment < visit.charged_at}
    return sorted(favourites, key=lambda name: name not in charging)


def cards() -> list[tuple[str, str]]:
    """UIDs and labels of the drivers' cards, always the same."""
    rng = Random("cards")
    return [(f"{rng.getrandbits(56):014X}", f"Card {number:02d}") for number in range(1, CARDS + 1)]


def holders(visits: list[Visit]) -> list[str]:
    """A card for each visit (given in order of arrival): one that is at no other station meanwhile."""
    pool = [uid for uid, _ in cards()]
    busy_until = dict.fromkeys(pool, visits[0].plug_in) if visits else {}
    chosen = []
    for visit in visits:
        start = sum(map(ord, visit.station)) + visit.plug_in.day
        turn = pool[start % len(pool) :] + pool[: start % len(pool)]
        uid = next((uid for uid in turn if busy_until[uid] <= visit.plug_in), turn[0])
        busy_until[uid] = visit.plug_out
        chosen.append(uid)
    return chosen
