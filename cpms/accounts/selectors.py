"""Reading accounts, each query starting from the viewer."""

from django.db.models import QuerySet

from cpms.core.models import AuditLine

from .models import ApiKey, Membership, Organisation
from .viewer import Viewer


def organisations_for(viewer: Viewer) -> QuerySet[Organisation]:
    """The organisations the viewer belongs to, by name."""
    return Organisation.objects.filter(pk__in=viewer.grants).order_by("name")


def memberships_for(viewer: Viewer) -> QuerySet[Membership]:
    """Members of the organisations whose members the viewer may see."""
    allowed = viewer.organisations("members.view")
    return Membership.objects.filter(organisation_id__in=allowed).select_related("user", "organisation")


def api_keys_for(viewer: Viewer) -> QuerySet[ApiKey]:
    """API keys of the organisations whose keys the viewer may see, newest first."""
    return ApiKey.objects.filter(organisation_id__in=viewer.organisations("apikeys.view")).order_by(
        "-created"
    )


def audit_lines_for(viewer: Viewer) -> QuerySet[AuditLine]:
    """Who did what in the organisations whose activity the viewer may see, newest first."""
    allowed = viewer.organisations("audit.view")
    return AuditLine.objects.filter(organisation_id__in=allowed).order_by("-at", "-id")
