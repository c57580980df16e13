"""Makes stations and tags for a fleet known to the system, as an operator would."""

from random import Random

from django.db import transaction

from chargers.models import ChargingStation, IdTag
from chargers.services.stations.registration import station_register, station_rekey
from chargers.services.tags.id_tags import id_tag_create
from cpms.accounts.models import Organisation
from cpms.core.actors import Actor

from .fleet import Credential
from .options import VERSIONS

ACTOR = Actor("simulator")


@transaction.atomic
def enlist_stations(organisation: Organisation, count: int, prefix: str = "SIM") -> list[Credential]:
    """Stations `SIM-0001`... of both versions in turn, with fresh passwords.

    Raises ValueError when such a station belongs to somebody else.
    """
    versions = list(VERSIONS)
    return [
        _enlist(organisation, f"{prefix}-{number:04d}", versions[number % len(versions)])
        for number in range(1, count + 1)
    ]


def _enlist(organisation: Organisation, identity: str, version: str) -> Credential:
    station = ChargingStation.objects.filter(identity=identity).first()
    if station is None:
        _, password = station_register(organisation, identity, ACTOR, name=f"Simulated {identity}")
    elif station.organisation_id != organisation.pk:
        raise ValueError(f"{identity} belongs to another organisation")
    else:
        password = station_rekey(station, ACTOR)
    return Credential(identity, password, version)


@transaction.atomic
def enlist_tags(organisation: Organisation, count: int, seed: int) -> list[str]:
    """UIDs of valid RFID cards, the same for the same seed."""
    rng = Random(f"tags {seed}")
    uids = [f"{rng.getrandbits(56):014X}" for _ in range(count)]
    known = set(IdTag.objects.filter(organisation=organisation, uid__in=uids).values_list("uid", flat=True))
    for uid in uids:
        if uid not in known:
            id_tag_create(organisation, ACTOR, uid=uid, label="Simulated card", max_concurrent=None)
    return uids
