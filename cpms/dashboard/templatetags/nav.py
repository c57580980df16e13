"""The main navigation: which areas this viewer has, and which one the page belongs to."""

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.urls import reverse

from cpms.accounts.models import Organisation
from cpms.accounts.selectors import organisations_for

register = template.Library()


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the navigation. `permission` is what the viewer must hold to see it."""

    name: str
    label: str
    icon: str
    url_name: str
    permission: str


AREAS = (
    Area("overview", "Overview", "layout-dashboard", "dashboard:overview", "stations.view"),
    Area("live", "Live", "layout-grid", "dashboard:live", "stations.view"),
    Area("stations", "Stations", "plug", "dashboard:stations", "stations.view"),
    Area("transactions", "Transactions", "receipt", "dashboard:transactions", "transactions.view"),
    Area("tags", "ID tags", "id", "dashboard:id_tags", "tags.view"),
    Area("sites", "Sites", "building", "dashboard:sites", "sites.view"),
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
    """Whether the viewer holds a permission: `{% may "commands.send" as can_send %}`."""
    return bool(context["request"].viewer.may(permission))


@register.filter
def initials(text: str) -> str:
    """One or two letters that stand for a person."""
    words = text.split("@")[0].replace(".", " ").replace("-", " ").split()
    return "".join(word[0] for word in words[:2]).upper() or "?"
