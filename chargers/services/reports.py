"""Which service takes what a station tells, where it is rare enough to be written one by one.

Frequent reports (heartbeats, statuses, meter values) go through the gateway's batched writer instead.
"""

from collections.abc import Callable
from typing import Any, Final

from chargers.domain import (
    Answer,
    AuthorizeAsked,
    CertificateAsked,
    DataAnswer,
    DataReceived,
    FirmwareProgress,
    KeyTaken,
    ListVersionReported,
    LogAnnounced,
    LogProgress,
    ProfileTaken,
    Report,
    ReservationGone,
    ReservationMade,
    RootDeleted,
    RootInstalled,
    RootsListed,
    SecurityEventReported,
    SettingAgreed,
    SettingsReported,
)
from chargers.ocpp import quirks

from .configuration import settings
from .files import firmware_progress, logs
from .local_lists import state
from .reservations import told
from .security import certificate_roots, certificates, changes, events
from .source import Source
from .tags import authorization

Service = Callable[[Source, Any], Answer | None]
"""Source and report to our answer; None is an empty acknowledgement. Called inside one transaction."""


def vendor_data(source: Source, report: DataReceived) -> DataAnswer:
    """Have a vendor's message read, and stored by the service of what it says."""
    message = quirks.find(report)
    if isinstance(message, str):
        return DataAnswer(message)
    read = message.read(report.data)
    return (
        read
        if isinstance(read, DataAnswer)
        else DataAnswer("Accepted", message.reply(report_take(source, read)))
    )


SERVICES: Final[dict[type[Report], Service]] = {
    AuthorizeAsked: authorization.authorize,
    CertificateAsked: certificates.certificate_asked,
    DataReceived: vendor_data,
    KeyTaken: changes.key_taken,
    ProfileTaken: changes.profile_taken,
    RootDeleted: certificate_roots.root_deleted,
    RootInstalled: certificate_roots.root_installed,
    RootsListed: certificate_roots.roots_listed,
    SecurityEventReported: events.event_reported,
    FirmwareProgress: firmware_progress.firmware_report,
    LogAnnounced: logs.log_announced,
    LogProgress: logs.log_report,
    ListVersionReported: state.list_version_reported,
    SettingAgreed: settings.setting_agreed,
    SettingsReported: settings.settings_reported,
    ReservationGone: told.reservation_gone,
    ReservationMade: told.reservation_made,
}


def takes(kind: type[Report]) -> Callable[[Service], Service]:
    """Register the service of a layer above for what only that layer understands."""

    def register(service: Service) -> Service:
        SERVICES[kind] = service
        return service

    return register


def report_take(source: Source, report: Report) -> Answer:
    """Have a report stored by its service; what we answer. Raises `Fenced`."""
    return SERVICES[type(report)](source, report) or Answer()
