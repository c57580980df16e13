"""Security profiles 1 to 3 over real TLS (bad-input rows B60 to B63, fault rows F47 and F48, T-PROFILE)."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from chargers import pki
from chargers.models import ChargingStation, SecurityEvent, StationCertificate, StationConnection
from chargers.services.security import authorities, certificates
from chargers.services.security import changes as security_changes
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests import pki as make
from tests.worlds import World

from .charger import KEY, basic, fresh, registered
from .process import Gateway, eventually, free_port
from .tls import NGINX, Proxy, TlsGateway, dial

SECRET = "a-secret-that-proxy-and-gateway-share"
Files = tuple[Path, Path]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def server_root() -> pki.Authority:
    """Who signs the server's certificate; a station trusts it."""
    return make.root()


@pytest.fixture(scope="module")
def server_files(home: Path, server_root: pki.Authority) -> Files:
    owner = pki.server_certificate(server_root, ["localhost", "127.0.0.1"], clock.now(), timedelta(days=5))
    return make.written(home, "server", owner)


@pytest.fixture(scope="module")
def tls_process(home: Path, server_files: Files, django_db_setup: None) -> Iterator[TlsGateway]:
    process = TlsGateway(free_port(), home).use(server_files).start()
    yield process
    process.stop()


@pytest.fixture
def direct(tls_process: TlsGateway, db: None) -> Iterator[TlsGateway]:
    """The gateway with TLS of its own."""
    tls_process.forget_log()
    yield tls_process
    _closed(tls_process)
    assert "Traceback" not in tls_process.log(), tls_process.log()


@pytest.fixture(scope="module")
def behind_process(home: Path, django_db_setup: None) -> Iterator[Gateway]:
    process = Gateway(free_port(), home, {"OCPP_PROXY_SECRET": SECRET, "BEHIND_PROXY": "true"})
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def proxy_process(home: Path, server_files: Files, behind_process: Gateway) -> Iterator[Proxy]:
    (home / "nginx").mkdir()
    process = Proxy(home / "nginx", server_files, behind_process, SECRET).start()
    yield process
    process.stop()


@pytest.fixture
def behind(behind_process: Gateway, db: None) -> Iterator[Gateway]:
    """The gateway that a proxy stands before."""
    behind_process.forget_log()
    yield behind_process
    _closed(behind_process)
    assert "Traceback" not in behind_process.log(), behind_process.log()


def _closed(process: Gateway) -> None:
    process.hang_up_all()
    eventually(lambda: not StationConnection.objects.filter(closed_at=None, opened_at__isnull=False).exists())


Way = tuple[Gateway, int]
needs_nginx = pytest.mark.skipif(NGINX is None, reason="this machine has no nginx")
WAYS = ["direct", pytest.param("proxy", marks=needs_nginx)]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """A gateway and the port at which it is reached over TLS."""
    if request.param == "direct":
        gateway = request.getfixturevalue("direct")
        return gateway, gateway.port
    gateway = request.getfixturevalue("behind")
    return gateway, request.getfixturevalue("proxy_process").port


@pytest.fixture
def authority(world: World) -> pki.Authority:
    """The organisation's authority, with its key."""
    return authorities.opened(authorities.authority_set_up(world.organisation, SYSTEM))


def station_of(world: World, floor: int) -> ChargingStation:
    station = registered(world, fresh("TLS"))
    return security_changes.profile_floor_set(station, SYSTEM, floor)


def heartbeat(opened: ClientConnection) -> bool:
    opened.send('[2,"1","Heartbeat",{}]')
    return "currentTime" in str(opened.recv(timeout=10))


def profile_of(station: ChargingStation) -> int:
    return StationConnection.objects.get(station=station).security_profile


def refused(open_socket: Callable[[], ClientConnection]) -> int:
    """The status of a refusal; 0 when TLS itself ended it."""
    try:
        heartbeat(open_socket())
    except InvalidStatus as refusal:
        return refusal.response.status_code
    except (OSError, InvalidMessage):
        # ssl.SSLError among them: the server ends TLS when it sees whose certificate it is.
        return 0
    except ConnectionClosedError:
        return 0
    raise AssertionError("the socket was opened")


def trusting(way: Way) -> None:
    """Wait until the gateway lets the authority's certificates through TLS."""
    gateway = way[0]
    if isinstance(gateway, TlsGateway):
        row = authorities.CertificateAuthority.objects.filter(kind="intermediate").latest("pk")
        gateway.wait_for_trust(row.fingerprint)


def test_a_password_over_tls_is_profile_2(way: Way, world: World, server_root: pki.Authority) -> None:
    gateway, port = way
    station = station_of(world, 2)
    headers = basic(station.identity, KEY)
    opened = dial(port, station.identity, make.client_context(server_root.pem), headers, gateway.sockets)
    assert heartbeat(opened)
    assert profile_of(station) == 2


def test_a_station_that_must_use_tls_is_refused_without(gateway: Gateway, world: World) -> None:
    """B61. Seen failing with `check_floor` left out."""
    station = station_of(world, 2)
    assert refused(lambda: dial(gateway.port, station.identity, None, basic(station.identity, KEY))) == 403
    event = eventually(lambda: SecurityEvent.objects.filter(station=station).first())
    assert (event.type, event.is_critical) == ("SecurityProfileTooLow", True)
    assert KEY not in gateway.log()


def test_a_wrong_password_is_refused_as_ever_whatever_the_profile(gateway: Gateway, world: World) -> None:
    """A guess learns nothing of the profile: 401, not 403."""
    station = station_of(world, 2)
    headers = basic(station.identity, "not-the-password-at-all")
    assert refused(lambda: dial(gateway.port, station.identity, None, headers)) == 401


def test_a_station_that_must_show_a_certificate_is_refused_with_a_password(
    way: Way, world: World, authority: pki.Authority, server_root: pki.Authority
) -> None:
    """B60."""
    station = station_of(world, 3)
    context = make.client_context(server_root.pem)
    status = refused(lambda: dial(way[1], station.identity, context, basic(station.identity, KEY)))
    assert status == 403
    assert eventually(lambda: SecurityEvent.objects.filter(station=station).first())


def test_a_certificate_of_ours_is_profile_3(
    way: Way, world: World, authority: pki.Authority, server_root: pki.Authority, tmp_path: Path
) -> None:
    gateway, port = way
    station = station_of(world, 3)
    row, owner = make.issued(station)
    trusting(way)
    context = make.client_context(server_root.pem, make.written(tmp_path, "own", owner, authority.pem))
    opened = dial(port, station.identity, context, None, gateway.sockets)
    assert heartbeat(opened)
    assert profile_of(station) == 3
    row.refresh_from_db()
    assert row.state == "in_use"


BAD: dict[str, Callable[[pki.Authority, ChargingStation], pki.Authority]] = {
    "expired": lambda ours, station: make.leaf(
        ours, station.identity, station.organisation.name, starts_at=clock.now() - timedelta(days=40)
    ),
    "foreign": lambda ours, station: make.leaf(make.root(), station.identity, station.organisation.name),
    "wrong usage": lambda ours, station: make.leaf(
        ours, station.identity, station.organisation.name, usage=make.SERVER
    ),
    "another station's": lambda ours, station: make.leaf(ours, "SOMEBODY", station.organisation.name),
    "revoked": lambda ours, station: revoked(station),
}


def revoked(station: ChargingStation) -> pki.Authority:
    row, owner = make.issued(station)
    certificates.certificate_revoke(row, SYSTEM)
    return owner


@pytest.mark.parametrize("kind", BAD)
def test_no_other_certificate_opens_a_socket(
    way: Way, world: World, authority: pki.Authority, server_root: pki.Authority, tmp_path: Path, kind: str
) -> None:
    """B62. What TLS itself does not end is refused with 400 by the proxy or 403 by us."""
    station = station_of(world, 3)
    trusting(way)
    files = make.written(tmp_path, "bad", BAD[kind](authority, station), authority.pem)
    context = make.client_context(server_root.pem, files)
    assert refused(lambda: dial(way[1], station.identity, context)) in (0, 400, 403)
    assert not StationConnection.objects.get(station=station).is_open


def test_a_revoked_certificate_ends_the_open_socket(
    direct: TlsGateway, world: World, authority: pki.Authority, server_root: pki.Authority, tmp_path: Path
) -> None:
    station = station_of(world, 3)
    row, owner = make.issued(station)
    trusting((direct, direct.port))
    context = make.client_context(server_root.pem, make.written(tmp_path, "own", owner, authority.pem))
    opened = dial(direct.port, station.identity, context, None, direct.sockets)
    assert heartbeat(opened)
    certificates.certificate_revoke(row, SYSTEM)
    with pytest.raises(Exception, match="4004"):
        opened.recv(timeout=10)
    assert refused(lambda: dial(direct.port, station.identity, context)) == 403


@pytest.mark.parametrize("secret", ["", "not-the-secret", SECRET.upper()])
def test_forged_headers_of_a_proxy_are_ignored(
    behind: Gateway, world: World, authority: pki.Authority, secret: str
) -> None:
    """B63. Seen failing with `_is_the_proxy` returning True."""
    station = station_of(world, 3)
    _, owner = make.issued(station)
    assert refused(lambda: dial(behind.port, station.identity, None, forwarded(owner, secret))) == 401


def test_the_shared_secret_alone_makes_the_headers_count(
    behind: Gateway, world: World, authority: pki.Authority
) -> None:
    """The counterpart: the same headers with the secret, so that the test before fails for the right reason."""
    station = station_of(world, 3)
    _, owner = make.issued(station)
    assert heartbeat(dial(behind.port, station.identity, None, forwarded(owner, SECRET), behind.sockets))
    assert profile_of(station) == 3


def forwarded(owner: pki.Authority, secret: str) -> dict[str, str]:
    """What a proxy says of a client certificate."""
    return {
        "X-Forwarded-Proto": "https",
        "X-Client-Verify": "SUCCESS",
        "X-Client-Certificate": quote(owner.pem),
        "X-Proxy-Secret": secret,
    }


def test_forged_https_does_not_make_profile_2_of_1(behind: Gateway, world: World) -> None:
    station = station_of(world, 2)
    headers = basic(station.identity, KEY) | {"X-Forwarded-Proto": "https"}
    assert refused(lambda: dial(behind.port, station.identity, None, headers)) == 403


@needs_nginx
def test_the_proxy_drops_headers_that_only_it_may_send(
    behind: Gateway, proxy_process: Proxy, world: World, authority: pki.Authority, server_root: pki.Authority
) -> None:
    """A client's own copies do not reach us: it has no certificate, whatever its headers say (S4)."""
    station = station_of(world, 3)
    _, owner = make.issued(station)
    context = make.client_context(server_root.pem)
    assert (
        refused(lambda: dial(proxy_process.port, station.identity, context, forwarded(owner, SECRET))) == 401
    )


def test_the_servers_certificate_is_exchanged_while_sockets_stay_open(
    db: None, world: World, home: Path, server_root: pki.Authority, tmp_path: Path
) -> None:
    """F47. Seen failing with `reload` left out: the old certificate was shown for ever."""
    files = make.written(tmp_path, "server", short_lived(server_root))
    process = TlsGateway(free_port(), tmp_path).use(files).start()
    try:
        station, other = station_of(world, 2), station_of(world, 2)
        context = make.client_context(server_root.pem)
        old = dial(process.port, station.identity, context, basic(station.identity, KEY), process.sockets)
        before = shown_by(old)
        make.written(tmp_path, "server", short_lived(server_root))
        eventually(lambda: "read again" in process.log(), 30)
        new = dial(process.port, other.identity, context, basic(other.identity, KEY), process.sockets)
        assert shown_by(new) != before
        assert heartbeat(old)
        assert heartbeat(new)
    finally:
        process.hang_up_all()
        process.stop()


def short_lived(server_root: pki.Authority) -> pki.Authority:
    return pki.server_certificate(server_root, ["localhost"], clock.now(), timedelta(hours=1))


def shown_by(opened: ClientConnection) -> bytes:
    """The server's certificate on this socket."""
    wire = opened.socket
    assert isinstance(wire, ssl.SSLSocket)
    return wire.getpeercert(binary_form=True) or b""


def test_only_tls_1_2_and_newer_is_spoken(direct: TlsGateway, server_root: pki.Authority) -> None:
    context = make.client_context(server_root.pem)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError, match=r"(?i)ssl|tls|version"):
        dial(direct.port, "CP-1", context)


def test_stations_without_sni_and_with_long_chains_get_in(
    direct: TlsGateway, world: World, server_root: pki.Authority
) -> None:
    station = station_of(world, 2)
    context = make.client_context(server_root.pem)
    context.check_hostname = False
    wire = context.wrap_socket(socket.create_connection(("127.0.0.1", direct.port), 10))
    assert wire.version() in ("TLSv1.2", "TLSv1.3")
    assert "GCM" in (wire.cipher() or ("",))[0]
    opened = connect(
        f"ws://localhost/ocpp/{station.identity}", sock=wire, subprotocols=["ocpp1.6"],  # type: ignore[list-item]
        additional_headers=basic(station.identity, KEY), compression=None, close_timeout=1, ping_interval=None,
    )  # fmt: skip
    direct.sockets.append(opened)
    assert heartbeat(opened)


def test_nothing_of_a_certificate_is_stored_for_a_station_that_is_not_ours(
    direct: TlsGateway, world: World, authority: pki.Authority, server_root: pki.Authority
) -> None:
    context = make.client_context(server_root.pem)
    assert refused(lambda: dial(direct.port, "NOBODY", context, basic("NOBODY", KEY))) == 401
    assert not StationCertificate.objects.exists()
