"""What has to be in the bench's database: `python -m cpms.ops.bench.enlist STATIONS PASSWORD` prints it as JSON."""

import json
import sys

import django


def main(count: int, password: str) -> None:
    """Register the stations, one ID tag and an API key."""
    django.setup()
    from chargers import partitions
    from chargers.services.stations.importing import stations_import
    from chargers.services.tags.id_tags import id_tag_create
    from cpms.accounts.roles import PERMISSIONS
    from cpms.accounts.services.api_keys import api_key_create
    from cpms.accounts.services.organisations import organisation_create
    from cpms.core.actors import SYSTEM

    from .loads import IDENTITY
    from .traffic import TAG

    partitions.keep()
    organisation = organisation_create("Bench", SYSTEM)
    id_tag_create(organisation, SYSTEM, uid=TAG, max_concurrent=None)
    rows = ({"identity": IDENTITY.format(number), "password": password} for number in range(count))
    stations = [done.station for done in stations_import(organisation, rows, SYSTEM)]
    _, key = api_key_create(organisation, "bench", PERMISSIONS, SYSTEM)
    print(json.dumps({"stations": stations, "api_key": key}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
