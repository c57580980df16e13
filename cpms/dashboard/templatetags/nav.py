"""The main navigation: which areas this viewer has, and which one the page belongs to."""

from collections.abc import Callable
from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.urls import reverse

from billing.selectors.ratings import undecided_for
from chargers.choices import CaseState
from chargers.selectors.transactions import cases_for
from cpms.accounts.models import Organisation
from cpms.accounts.roles import label
from cpms.accounts.selectors import organisations_for
from cpms.accounts.viewer import Viewer

register = template.Library()


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the navigation. `permission` is what the viewer must hold to see it."""

    name: str
    label: str
    icon: str
    url_name: str
    permission: str
    # How many things wait there, shown beside the name.
    count: Callable[[Viewer], int] | None = None


def open_cases(viewer: Viewer) -> int:
    """Cases somebody has to decide."""
    return cases_for(viewer).filter(state=CaseState.OPEN).count()


def undecided_prices(viewer: Viewer) -> int:
    """Prices that are held, and corrections that are proposed."""
    return undecided_for(viewer).count()


AREAS = (
    Area("overview", "Overview", "layout-dashboard", "dashboard:overview", "stations.view"),
    Area("live", "Live", "layout-grid", "dashboard:live", "stations.view"),
    Area("stations", "Stations", "plug", "dashboard:stations", "stations.view"),
    Area("transactions", "Transactions", "receipt", "dashboard:transactions", "transactions.view"),
    Area("cases", "Cases", "clipboard-check", "dashboard:cases", "transactions.view", open_cases),
    Area("reservations", "Reservations", "calendar-event", "dashboard:reservations", "stations.view"),
    Area("tags", "ID tags", "id", "dashboard:id_tags", "tags.view"),
    Area("sites", "Sites", "building", "dashboard:sites", "sites.view"),
    Area("energy", "Energy", "bolt", "dashboard:energy_sites", "sites.view"),
    Area("money", "Money", "credit-card", "dashboard:prices", "billing.view", undecided_prices),
    Area("maintenance", "Maintenance", "tools", "dashboard:configuration", "stations.view"),
    Area("settings", "Settings", "settings", "dashboard:members", "members.view"),
)


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, object]]:
    """The areas the viewer may open, each with its address and whether it is the current one."""
    viewer = context["request"].viewer
    current = getattr(context["request"], "area", "")
    return [
        {
            "label": area.label,
            "icon": area.icon,
            "url": reverse(area.url_name),
            "current": area.name == current,
            "count": area.count(viewer) if area.count else 0,
        }
        for area in AREAS
        if viewer.may(area.permission)
    ]


@register.simple_tag(takes_context=True)
def my_organisations(context: template.Context) -> list[Organisation]:
    """Every organisation the person belongs to, for the switch."""
    request: HttpRequest = context["request"]
    return list(organisations_for(request.everywhere))  # type: ignore[attr-defined]


@register.simple_tag(takes_context=True)
def may(context: template.Context, permission: str) -> bool:
    """Whether the viewer holds a permission: `{% may "commands.send" as can_send %}`.

    Parts that are sent live have no request; they name the viewer in their context.
    """
    viewer = context.get("viewer") or context["request"].viewer
    return bool(viewer.may(permission))


@register.filter
def permission_label(permission: str) -> str:
    """What a permission allows, in words."""
    return label(permission)


@register.filter
def initials(text: str) -> str:
    """One or two letters that stand for a person."""
    words = text.split("@")[0].replace(".", " ").replace("-", " ").split()
    return "".join(word[0] for word in words[:2]).upper() or "?"
