"""What proves who a station is, and what was noticed."""

from functools import cached_property

from chargers.choices import CertificateUse, RefusalReason
from chargers.domain import RootInstalled
from chargers.models import (
    RefusedHandshake,
    RootCertificate,
    SecurityChange,
    SecurityEvent,
    StationCertificate,
)
from chargers.services.security import authorities
from chargers.services.security.certificate_roots import root_add, root_installed
from chargers.services.security.changes import key_rotate
from chargers.services.security.events import CONTESTED, event_noticed
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests import pki

from .ground import Ground


class Secured(Ground):
    """What proves who a station is, and what was noticed."""

    @cached_property
    def certificate(self) -> StationCertificate:
        """A client certificate of the station, from the organisation's own authority."""
        authorities.authority_set_up(self.organisation, SYSTEM)
        return pki.issued(self.station)[0]

    @cached_property
    def root(self) -> RootCertificate:
        """A root to hand out, and the station holds it."""
        use, pem = CertificateUse.CSMS_ROOT, pki.root().pem
        row = root_add(self.organisation, SYSTEM, name=f"{self.mark} root", use=use, certificate=pem)
        root_installed(self.source, RootInstalled(use, pem))
        return row

    @cached_property
    def alert(self) -> SecurityEvent:
        event_noticed(self.station.pk, CONTESTED, f"{self.mark} event")
        return SecurityEvent.objects.get(station=self.station)

    @cached_property
    def rotation(self) -> SecurityChange:
        return key_rotate(self.station, SYSTEM)

    @cached_property
    def refusal(self) -> RefusedHandshake:
        """Somebody tried with a wrong password."""
        moment = clock.now()
        return RefusedHandshake.objects.create(
            identity=self.station.identity, station=self.station, remote_address="192.0.2.1",
            reason=RefusalReason.WRONG_PASSWORD, user_agent=f"{self.mark}-agent", first_at=moment, last_at=moment,
        )  # fmt: skip
