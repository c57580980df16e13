"""The connection doctor: what keeps a station away, and the exact setting to change on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from chargers.choices import CertificateState, CommandState, Direction, Health
from chargers.domain import StatusReported
from chargers.models import (
    ChargingStation,
    Command,
    MessageExchange,
    RefusedHandshake,
    StationCertificate,
    StationConnection,
)
from chargers.ocpp import describe
from cpms.core import clock

from . import checks, network
from . import refusals as diagnosis_refusals
from .facts import Facts, Finding, Reached

LOOK_BACK = timedelta(hours=24)
_STATUSES = 3
_ASKED = 3


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings in the order a connection is made, one line that sums them up, and the refused handshakes."""

    headline: str
    health: Health
    findings: list[Finding]
    refusals: list[RefusedHandshake]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong; what should be looked at does not count."""
        return self.health != Health.BAD


def diagnose(station: ChargingStation, reached: Reached | None = None) -> Diagnosis:
    """Examine a station from the charger's side; calls our own public address unless `reached` is given."""
    facts = facts_of(station)
    reached = reached or network.reach(settings.OCPP_PUBLIC_URL)
    findings = [
        *checks.address(facts),
        *network.findings(facts, reached),
        *diagnosis_refusals.findings(facts),
        *checks.security(facts),
        *checks.connection(facts),
        *checks.traffic(facts),
    ]
    return Diagnosis(checks.headline(facts, findings), _worst(findings), findings, list(facts.refusals))


def _worst(findings: Iterable[Finding]) -> Health:
    found = {finding.health for finding in findings}
    return next(health for health in (Health.BAD, Health.WARN, Health.OK) if health in found | {Health.OK})


def facts_of(station: ChargingStation) -> Facts:
    """What the database knows of a station's connection."""
    now = clock.now()
    link = StationConnection.objects.filter(station=station).first()
    refusals = RefusedHandshake.objects.filter(station=station, last_at__gte=now - LOOK_BACK)
    others = StationConnection.objects.filter(opened_at__isnull=False, closed_at=None)
    return Facts(
        station=station,
        link=link,
        now=now,
        url=settings.OCPP_PUBLIC_URL,
        refusals=tuple(refusals.order_by("-last_at")),
        others_online=others.exclude(station=station).exists(),
        skew=_skew(station, now),
        unanswered=_unanswered(station, link),
        client_certificate_ends_at=_certificate_ends_at(station),
    )


def _certificate_ends_at(station: ChargingStation) -> datetime | None:
    usable = (CertificateState.DELIVERED, CertificateState.IN_USE)
    rows = StationCertificate.objects.filter(station=station, state__in=usable)
    return rows.order_by("-expires_at").values_list("expires_at", flat=True).first()


def _skew(station: ChargingStation, now: datetime) -> timedelta | None:
    """How far the station's clock is ahead of ours, by its newest reports of a state; None when there are none."""
    told = MessageExchange.objects.filter(
        station=station, direction=Direction.IN, action=describe.STATUS, received_at__gte=now - LOOK_BACK
    )
    for row in told.order_by("-received_at")[:_STATUSES]:
        report = describe.report_of(row.action, row.request, row.message_id)
        if isinstance(report, StatusReported) and report.at is not None:
            return report.at - row.received_at
    return None


def _unanswered(station: ChargingStation, link: StationConnection | None) -> int:
    """How many of the latest requests over this socket got no answer, in a row."""
    if link is None or link.opened_at is None:
        return 0
    sent = Command.objects.filter(station=station, sent_at__gte=link.opened_at).order_by("-sent_at")
    states = list(sent.exclude(finished_at=None).values_list("state", flat=True)[:_ASKED])
    return next((n for n, state in enumerate(states) if state != CommandState.TIMED_OUT), len(states))
