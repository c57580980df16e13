"""Which service takes what a station tells, where it is rare enough to be written one by one.

Frequent reports (heartbeats, statuses, meter values) go through the gateway's batched writer instead.
"""

from collections.abc import Callable
from typing import Any, Final

from chargers.domain import Answer, AuthorizeAsked, DiagnosticsProgress, FirmwareProgress, Report

from . import authorization, stations_report
from .source import Source

Service = Callable[[Source, Any], Answer | None]
"""Source and report to our answer; None is an empty acknowledgement. Called inside one transaction."""

SERVICES: Final[dict[type[Report], Service]] = {
    AuthorizeAsked: authorization.authorize,
    DiagnosticsProgress: stations_report.progress,
    FirmwareProgress: stations_report.progress,
}


def report_take(source: Source, report: Report) -> Answer:
    """Have a report stored by its service; what we answer. Raises `Fenced`."""
    return SERVICES[type(report)](source, report) or Answer()
