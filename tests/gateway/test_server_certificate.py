"""The gateway tells which certificate it shows, so that somebody hears of it before it ends."""

from datetime import timedelta
from pathlib import Path

from chargers import pki
from chargers.models import ServerCertificate
from chargers.services.security.server_certificates import certificates_ending
from cpms.core import clock
from tests import pki as make

from .process import eventually, free_port
from .tls import TlsGateway


def _owner(days: int) -> pki.Authority:
    return pki.server_certificate(make.root(), ["localhost"], clock.now(), timedelta(days=days))


def test_a_gateway_tells_what_it_shows_and_what_it_shows_instead(db: None, tmp_path: Path) -> None:
    """No alarm is left about what is shown no more."""
    process = TlsGateway(free_port(), tmp_path).use(make.written(tmp_path, "server", _owner(5))).start()
    try:
        row = eventually(lambda: certificates_ending().first())
        assert abs(row.expires_at - clock.now() - timedelta(days=5)) < timedelta(hours=2)
        newer = _owner(90)
        make.written(tmp_path, "server", newer)
        eventually(lambda: ServerCertificate.objects.exclude(pk=row.pk).first())
        (now,) = ServerCertificate.objects.all()
        assert now.fingerprint == pki.seen(newer.certificate).fingerprint
        assert not certificates_ending().exists()
    finally:
        process.stop()
    assert "Traceback" not in process.log(), process.log()
