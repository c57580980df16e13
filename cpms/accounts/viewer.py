"""The viewer: who looks, at which organisations, with which permissions.

Every `*_for(viewer)` selector starts from one, so the getter is the permission check. People see the
organisations they are members of; an API key sees its own.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpms.core.actors import Actor

from . import roles
from .models import ApiKey, Membership, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True, slots=True)
class Viewer:
    """Permissions by organisation, and the author's name for audit lines.

    `grants` maps an organisation's key to the permissions held there.
    """

    actor: Actor
    grants: dict[int, frozenset[str]] = field(default_factory=dict)

    def organisations(self, permission: str) -> list[int]:
        """Keys of the organisations where the viewer holds `permission`; unknown ones raise KeyError."""
        if permission not in roles.PERMISSIONS:
            raise KeyError(f"no such permission: {permission}")
        return [key for key, granted in self.grants.items() if permission in granted]

    def may(self, permission: str, organisation_id: int | None = None) -> bool:
        """Whether the viewer holds `permission` in that organisation, or in any when none is named."""
        held = self.organisations(permission)
        return bool(held) if organisation_id is None else organisation_id in held

    def narrowed(self, organisation_id: int) -> "Viewer":
        """The same viewer, looking at one organisation only."""
        return Viewer(self.actor, {k: v for k, v in self.grants.items() if k == organisation_id})


NOBODY = Viewer(Actor("nobody"))


def viewer_of_user(user: "User | AnonymousUser") -> Viewer:
    """The viewer a signed-in person is; inactive or anonymous people see nothing."""
    if not user.is_active or user.pk is None:
        return NOBODY
    memberships = Membership.objects.filter(user_id=user.pk).values_list("organisation_id", "role")
    grants = {key: roles.MATRIX[roles.Role(role)] for key, role in memberships}
    return Viewer(Actor(user.email, user.pk, "user"), grants)


def viewer_of_key(key: ApiKey) -> Viewer:
    """The viewer an API key is: its scopes in its organisation."""
    granted = frozenset(key.scopes) & frozenset(roles.PERMISSIONS)
    return Viewer(Actor(f"{key.name} ({key.prefix})", None, "key"), {key.organisation_id: granted})
