"""The frame of the maintenance pages: what is done to many stations rather than to one."""

from typing import Any

from django.urls import reverse

from .access import OperatorRequest

TABS: tuple[tuple[str, str, str, str], ...] = (
    ("configuration", "Configuration", "dashboard:configuration", "stations.view"),
    ("lists", "Local lists", "dashboard:local_lists", "tags.view"),
    ("bulk", "Bulk commands", "dashboard:bulk_commands", "commands.view"),
    ("firmware", "Firmware", "dashboard:firmware", "stations.view"),
    ("logs", "Logs", "dashboard:logs", "stations.view"),
    ("security", "Security events", "dashboard:security_events", "stations.view"),
)
"""Name, label, URL name and the permission a viewer needs to see the tab."""


def frame(request: OperatorRequest, tab: str) -> dict[str, Any]:
    """What every maintenance page shows above itself: the tabs this viewer may open."""
    return {
        "tabs": [
            {"label": label, "url": reverse(url), "current": name == tab}
            for name, label, url, permission in TABS
            if request.viewer.may(permission)
        ]
    }
