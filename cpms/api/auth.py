"""Who calls the API: an API key in `Authorization: Bearer` or `X-API-Key`, or a signed-in person's session."""

from typing import Any, cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from cpms.accounts.models import ApiKey
from cpms.accounts.services.api_keys import api_key_used
from cpms.accounts.viewer import NOBODY, Viewer, viewer_of_key, viewer_of_user

# In `scopes`: whoever is signed in, whatever they may.
ANYBODY = "anybody signed in"


class KeyUser:
    """Stands for an API key where the framework wants a user."""

    is_authenticated = True
    is_active = True
    is_staff = False
    pk = None

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def __str__(self) -> str:
        return self.viewer.actor.label


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>` or `X-API-Key: <key>`. Keys in the query string are not read."""

    def authenticate(self, request: Request) -> tuple[KeyUser, ApiKey] | None:
        """The key's stand-in user and the key, or None when no key was offered. Raises AuthenticationFailed."""
        offered = _offered_key(request)
        if offered is None:
            return None
        try:
            key = cast(ApiKey, ApiKey.objects.get_from_key(offered))
        except (ApiKey.DoesNotExist, ValueError):
            raise AuthenticationFailed("unknown, revoked or expired API key") from None
        if key.has_expired:
            raise AuthenticationFailed("unknown, revoked or expired API key")
        api_key_used(key)
        return KeyUser(viewer_of_key(key)), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _offered_key(request: Request) -> str | None:
    header = request.headers.get("Authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() in {"bearer", "api-key"} and value.strip():
        return value.strip()
    return request.headers.get("X-API-Key") or None


def viewer_of(request: Request) -> Viewer:
    """The viewer behind an API request, over all organisations the caller may see; read once a request."""
    viewer: Viewer | None = getattr(request, "_cpms_viewer", None)
    if viewer is None:
        viewer = _viewer(request.user)
        request._cpms_viewer = viewer  # type: ignore[attr-defined]
    return viewer


def _viewer(user: Any) -> Viewer:
    if isinstance(user, KeyUser):
        return user.viewer
    return viewer_of_user(user) if user else NOBODY


class HasScope(BasePermission):
    """Each view names the permission of each method in `scopes`, e.g. `{"GET": "stations.view"}`; no name, no access.

    The first question is whether the caller holds it anywhere, the second whether in the object's organisation.
    """

    message = "this key or role lacks the permission"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if not hasattr(view, str(request.method).lower()):
            raise MethodNotAllowed(str(request.method))
        scope = scope_of(view, request.method)
        if scope is None:
            return False
        self.message = f"needs the permission {scope}"
        return scope == ANYBODY or viewer_of(request).may(scope)

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        scope = scope_of(view, request.method)
        if scope is None:
            return False
        organisation_id = organisation_of(obj)
        self.message = f"needs the permission {scope} in the organisation of this object"
        return organisation_id is None or viewer_of(request).may(scope, organisation_id)


def require(viewer: Viewer, scope: str, organisation_id: int) -> None:
    """For parts of a request that need more than the request itself. Raises PermissionDenied."""
    if not viewer.may(scope, organisation_id):
        raise PermissionDenied(f"needs the permission {scope} in the organisation of this object")


def scope_of(view: Any, method: str | None) -> str | None:
    """The permission `view` asks for `method`; None closes the door."""
    asked = "GET" if method in {"HEAD", "OPTIONS"} else method
    scope: str | None = getattr(view, "scopes", {}).get(asked)
    return scope


def organisation_of(obj: Any) -> int | None:
    """The key of the organisation an object belongs to, by itself or by its station; None is nobody's."""
    owner = obj if hasattr(obj, "organisation_id") else getattr(obj, "station", None)
    organisation_id: int | None = getattr(owner, "organisation_id", None)
    return organisation_id
