"""The tabs above a group of pages."""

from typing import Any

from django.urls import reverse

from .access import OperatorRequest

Tabs = tuple[tuple[str, str, str, str], ...]
"""Name, label, URL name and the permission a viewer needs to see the tab."""


def tabs_for(request: OperatorRequest, tabs: Tabs, current: str) -> dict[str, Any]:
    """Those tabs that this viewer may open, with the current one marked."""
    return {
        "tabs": [
            {"label": label, "url": reverse(url), "current": name == current}
            for name, label, url, permission in tabs
            if request.viewer.may(permission)
        ]
    }
