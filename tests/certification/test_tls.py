"""Security profiles 2 and 3: the gateway with TLS of its own."""

import ssl
from pathlib import Path

import pytest

from chargers import pki
from chargers.models import StationConnection
from tests import pki as make
from tests.gateway.charger import KEY, basic
from tests.gateway.test_profiles import (
    authority,
    direct,
    heartbeat,
    home,
    server_files,
    server_root,
    station_of,
    tls_process,
    trusting,
)
from tests.gateway.tls import TlsGateway, dial
from tests.worlds import World

__all__ = ["authority", "direct", "home", "server_files", "server_root", "tls_process"]


def test_tc_086_server_side_certificate(direct: TlsGateway, world: World, server_root: pki.Authority) -> None:
    """A station that trusts the server's root gets in over TLS 1.2 and newer with its password; older TLS is not."""
    station = station_of(world, 2)
    context = make.client_context(server_root.pem)
    opened = dial(direct.port, station.identity, context, basic(station.identity, KEY), direct.sockets)
    assert heartbeat(opened)
    assert StationConnection.objects.get(station=station).security_profile == 2
    old = make.client_context(server_root.pem)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError, match=r"(?i)ssl|tls|version"):
        dial(direct.port, station.identity, old)


def test_tc_087_client_side_certificate(
    direct: TlsGateway, world: World, authority: pki.Authority, server_root: pki.Authority, tmp_path: Path
) -> None:
    """A client certificate of ours with the station's identity opens the socket without a password."""
    station = station_of(world, 3)
    _, owner = make.issued(station)
    trusting((direct, direct.port))
    own = make.written(tmp_path, "own", owner, authority.pem)
    context = make.client_context(server_root.pem, own)
    opened = dial(direct.port, station.identity, context, None, direct.sockets)
    assert heartbeat(opened)
    assert StationConnection.objects.get(station=station).security_profile == 3
