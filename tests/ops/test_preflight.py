"""What is refused before anything is started."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpms.ops.services import ServiceError
from cpms.ops.services.process import free_port
from cpms.ops.supervisor import preflight
from cpms.ops.supervisor.plan import Addresses


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_in_use_is_named_with_a_way_out(taken: int, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=rf"port {taken} .* in use .* OCPP_PORT={taken + 1}"):
        preflight.check(Addresses(port=free_port(), ocpp_port=taken), tmp_path)


def test_one_port_cannot_serve_both(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(ServiceError, match="must differ"):
        preflight.check(Addresses(port=port, ocpp_port=port), tmp_path)


@pytest.mark.parametrize("port", [0, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(ServiceError, match="between 1 and 65535"):
        preflight.check_port("PORT", "127.0.0.1", port)


def test_a_nearly_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "NEEDED_BYTES", 2**60)
    with pytest.raises(ServiceError, match="MiB free"):
        preflight.check_space(tmp_path)


def test_a_second_start_in_the_same_folder_is_refused_while_the_first_runs(tmp_path: Path) -> None:
    with (
        preflight.only_one(tmp_path),
        pytest.raises(ServiceError, match="already running"),
        preflight.only_one(tmp_path),
    ):
        pytest.fail("the second one got in")
    with preflight.only_one(tmp_path):
        assert (tmp_path / "up.lock").read_text().isdecimal()
