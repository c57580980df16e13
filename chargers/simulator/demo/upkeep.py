"""What the demo's operators want of their stations: a configuration template with its push, and a local list."""

from typing import Any, Final

from chargers.models import ChargingStation, ConfigurationTemplate, IdTagGroup, LocalList, Site
from chargers.services.configuration.push import push_start
from chargers.services.configuration.templates import template_create
from chargers.services.local_lists.lists import local_list_create
from cpms.accounts.models import Organisation
from cpms.core.actors import SYSTEM

from .cast import GROUPS, OPERATORS, Operator, Part

OLDER: Final = "1.6"
TEMPLATE: Final = "House rules"
# The last one holds after a restart only, the one before is not on these stations.
ENTRIES: Final[list[dict[str, Any]]] = [
    {"name": "HeartbeatInterval", "value": "300", "optional": False},
    {"name": "MeterValueSampleInterval", "value": "60", "optional": False},
    {"name": "LightIntensity", "value": "60", "optional": False},
    {"name": "LocalAuthListEnabled", "value": "true", "optional": False},
    {"name": "BlinkRepeat", "value": "3", "optional": True},
    {"name": "ConnectorPhaseRotation", "value": "0.RST,1.RTS", "optional": False},
]


def set_upkeep(parts: list[Part]) -> None:
    """Templates and lists that are not there yet. Stations get their values and lists when they first come."""
    for operator in OPERATORS:
        organisation = Organisation.objects.get(name=operator.name)
        if not ConfigurationTemplate.objects.filter(organisation=organisation).exists():
            _push(organisation, [part for part in parts if part.operator == operator])
        if not LocalList.objects.filter(organisation=organisation).exists():
            _list(organisation, operator)


def _push(organisation: Organisation, parts: list[Part]) -> None:
    names = [part.identity for part in parts if part.version == OLDER]
    stations = list(ChargingStation.objects.filter(identity__in=names))
    template = template_create(organisation, SYSTEM, name=TEMPLATE, entries=ENTRIES)
    push_start(organisation, TEMPLATE, ENTRIES, stations, SYSTEM, template)


def _list(organisation: Organisation, operator: Operator) -> None:
    """Everybody at the first site; staff alone at the others."""
    first, *others = operator.places
    sites = {site.name: site for site in Site.objects.filter(organisation=organisation)}
    local_list_create(organisation, SYSTEM, name="All cards", sites=[sites[first.name]])
    if others:
        staff = IdTagGroup.objects.get(organisation=organisation, name=GROUPS[0])
        kept = [sites[place.name] for place in others]
        local_list_create(
            organisation, SYSTEM, name="Staff only", every_tag=False, groups=[staff], sites=kept
        )
