"""The frame of the maintenance pages: what is done to many stations rather than to one."""

from typing import Any

from .access import OperatorRequest
from .tabs import Tabs, tabs_for

TABS: Tabs = (
    ("configuration", "Configuration", "dashboard:configuration", "stations.view"),
    ("lists", "Local lists", "dashboard:local_lists", "tags.view"),
    ("bulk", "Bulk commands", "dashboard:bulk_commands", "commands.view"),
    ("firmware", "Firmware", "dashboard:firmware", "stations.view"),
    ("logs", "Logs", "dashboard:logs", "stations.view"),
    ("security", "Security events", "dashboard:security_events", "stations.view"),
)


def frame(request: OperatorRequest, tab: str) -> dict[str, Any]:
    """What every maintenance page shows above itself: the tabs this viewer may open."""
    return tabs_for(request, TABS, tab)
