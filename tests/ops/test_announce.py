"""What is told when everything answers."""

import json
import stat
from pathlib import Path
from typing import Any

from cpms.ops.supervisor.announce import demo_file, remember, welcome
from cpms.ops.supervisor.plan import Addresses

ADDRESSES = Addresses(port=8101, ocpp_port=8102)
OWNER = {"role": "owner", "email": "owner@example.com", "password": "secret-of-owner"}
SPARE = {"identity": "SPARE-16", "password": "secret-of-spare", "version": "1.6"}
DRIVER = {"email": "robin@example.com", "password": "secret-of-robin"}
DATA: dict[str, Any] = {"api_key": "key", "users": [OWNER], "drivers": [DRIVER], "stations": [SPARE]}


def test_the_file_has_the_agreed_shape_and_is_private(tmp_path: Path) -> None:
    remember(tmp_path, ADDRESSES, DATA)
    assert json.loads(demo_file(tmp_path).read_text()) == {
        "dashboard": "http://127.0.0.1:8101/",
        "portal": "http://127.0.0.1:8101/drive/",
        "api": "http://127.0.0.1:8101/api/v1/",
        "ocpp": "ws://127.0.0.1:8102/ocpp",
        **DATA,
    }
    assert stat.S_IMODE(demo_file(tmp_path).stat().st_mode) == 0o600


def test_a_later_start_keeps_the_sign_ins_of_the_first(tmp_path: Path) -> None:
    remember(tmp_path, ADDRESSES, DATA)
    content = remember(tmp_path, Addresses(port=8103), {})
    assert {name: content[name] for name in DATA} == DATA
    assert content["dashboard"] == "http://127.0.0.1:8103/"


def test_the_welcome_shows_every_address_and_sign_in(tmp_path: Path) -> None:
    text = welcome(ADDRESSES, remember(tmp_path, ADDRESSES, DATA))
    people = [*OWNER.values(), *DRIVER.values(), *SPARE.values(), "TAG-001"]
    for part in [*ADDRESSES.surfaces.values(), ADDRESSES.docs, *people]:
        assert part in text


def test_an_empty_installation_names_no_spare_stations(tmp_path: Path) -> None:
    text = welcome(ADDRESSES, remember(tmp_path, ADDRESSES, {"users": [OWNER]}))
    assert "Spare" not in text
