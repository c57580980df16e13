"""The permission that shows the books, and the rows it shows."""

from django.db.models import Q

from cpms.accounts.viewer import Viewer

VIEW = "billing.view"


def mine(viewer: Viewer, path: str = "organisation") -> Q:
    return Q(**{f"{path}_id__in": viewer.organisations(VIEW)})
