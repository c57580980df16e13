"""The role matrix as data: which role may do what, and which API scope carries it.

A permission is `noun.verb`. Every view, API route and socket names the one it needs; roles and API
keys grant sets of them.
"""

from collections.abc import Iterable

from django.db import models

VIEW = ("sites.view", "stations.view", "transactions.view", "messages.view", "commands.view")
OPERATE = (
    "commands.send",
    "tags.view",
    "tags.edit",
    "stations.watch",
    "transactions.correct",
    "needs.edit",
    "audit.view",
)
MANAGE = (
    "stations.edit",
    "sites.edit",
    "stations.adopt",
    "stations.credentials",
    "events.view",
    "meters.send",
    "limits.edit",
    "billing.view",
    "billing.edit",
)
ADMINISTER = (
    "members.view",
    "members.edit",
    "apikeys.view",
    "apikeys.edit",
    "organisation.edit",
    "stations.lower",
)

PERMISSIONS: tuple[str, ...] = VIEW + OPERATE + MANAGE + ADMINISTER
# What keys may be given.
OFFERED = PERMISSIONS


_LABELS = {
    "sites.view": "See sites",
    "stations.view": "See stations",
    "transactions.view": "See transactions and cases",
    "messages.view": "Read the message log",
    "commands.view": "See commands",
    "commands.send": "Send commands to stations",
    "tags.view": "See ID tags",
    "tags.edit": "Change ID tags",
    "stations.watch": "Log heartbeats of a station",
    "transactions.correct": "Decide cases and correct transactions",
    "stations.edit": "Add and change stations",
    "sites.edit": "Add and change sites",
    "stations.adopt": "Adopt or block unknown stations",
    "stations.credentials": "Give stations new passwords",
    "events.view": "Read the event feed",
    "needs.edit": "Say what cars need and when they leave",
    "limits.edit": "Set and end limits from outside",
    "meters.send": "Send readings of site meters",
    "audit.view": "See who did what",
    "billing.view": "See prices, tariffs, accounts and invoices",
    "billing.edit": "Decide held prices, change tariffs and accounts",
    "members.view": "See members",
    "members.edit": "Add and remove members",
    "apikeys.view": "See API keys",
    "apikeys.edit": "Make and revoke API keys",
    "organisation.edit": "Change the organisation",
    "stations.lower": "Lower the security profile of stations",
}
_VERBS = {"view": "See", "edit": "Change"}


def label(permission: str) -> str:
    """What a permission allows, for people: `stations.view` is "See stations"."""
    noun, _, verb = permission.partition(".")
    plain = f"{_VERBS.get(verb, verb.capitalize())} {noun.replace('_', ' ')}"
    return _LABELS.get(permission, plain)


class Role(models.TextChoices):
    """What a member of an organisation is."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Administrator"
    OPERATOR = "operator", "Operator"
    VIEWER = "viewer", "Viewer"


MATRIX: dict[Role, frozenset[str]] = {
    Role.OWNER: frozenset(PERMISSIONS),
    Role.ADMIN: frozenset(PERMISSIONS),
    Role.OPERATOR: frozenset(VIEW + OPERATE + ("events.view",)),
    Role.VIEWER: frozenset(VIEW),
}


def allows(role: str, permission: str) -> bool:
    """Whether `role` grants `permission`. An unknown permission is a programming error (KeyError)."""
    if permission not in PERMISSIONS:
        raise KeyError(f"no such permission: {permission}")
    return permission in MATRIX[Role(role)]


def check_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes, sorted, each one a known permission. Raises ValueError naming the bad one."""
    wanted = sorted(set(scopes))
    for scope in wanted:
        if scope not in PERMISSIONS:
            raise ValueError(f"unknown scope {scope!r}; known: {', '.join(PERMISSIONS)}")
    return wanted
