"""Reading what employers pay back, each query starting from the viewer: the getter is the permission check."""

from django.db.models import QuerySet

from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer

from ..models import HomeStation, Reimbursement, ReimbursementLine


def home_stations_for(viewer: Viewer) -> QuerySet[HomeStation]:
    """Stations at homes with their rates, by employee."""
    rows = HomeStation.objects.filter(mine(viewer))
    return rows.select_related("station", "account", "organisation").prefetch_related("rates")


def reimbursements_for(viewer: Viewer) -> QuerySet[Reimbursement]:
    """Statements to employers, the latest month first."""
    rows = Reimbursement.objects.filter(mine(viewer))
    return rows.select_related("account")


def reimbursement_lines_for(viewer: Viewer) -> QuerySet[ReimbursementLine]:
    """Sessions of statements to employers, as they were told."""
    rows = ReimbursementLine.objects.filter(mine(viewer, "reimbursement__organisation"))
    return rows.select_related("reimbursement", "home", "rate", "transaction__station").order_by("id")
