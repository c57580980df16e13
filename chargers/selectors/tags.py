"""Reading who may charge, each query starting from the viewer."""

from django.db.models import QuerySet

from chargers.models import Authorization, IdTag, IdTagGroup
from cpms.accounts.viewer import Viewer


def id_tags_for(viewer: Viewer) -> QuerySet[IdTag]:
    """ID tags with their group, by UID."""
    return IdTag.objects.filter(organisation_id__in=viewer.organisations("tags.view")).select_related("group")


def id_tag_groups_for(viewer: Viewer) -> QuerySet[IdTagGroup]:
    """Groups of ID tags, by name."""
    return IdTagGroup.objects.filter(organisation_id__in=viewer.organisations("tags.view"))


def authorizations_for(viewer: Viewer) -> QuerySet[Authorization]:
    """The authorise log, newest first. Shows tag numbers, so it needs the right to see tags."""
    log = Authorization.objects.filter(station__organisation_id__in=viewer.organisations("tags.view"))
    return log.select_related("station", "id_tag").order_by("-at", "-id")
