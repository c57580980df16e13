"""Reading what is done about unpaid invoices, each query starting from the viewer: the getter is the check."""

from django.db.models import QuerySet

from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer

from ..models import DunningCase, DunningProfile, DunningStep


def dunning_rules_for(viewer: Viewer) -> QuerySet[DunningProfile]:
    """The rules that organisations set."""
    rows = DunningProfile.objects.filter(mine(viewer))
    return rows.select_related("organisation")


def dunning_cases_for(viewer: Viewer) -> QuerySet[DunningCase]:
    """Invoices that were not paid in time, the newest case first."""
    rows = DunningCase.objects.filter(mine(viewer))
    return rows.select_related("invoice", "account__party", "organisation")


def dunning_steps_for(viewer: Viewer) -> QuerySet[DunningStep]:
    """Levels that were taken, the first one first."""
    rows = DunningStep.objects.filter(mine(viewer, "case__organisation"))
    return rows.select_related("case", "fee_invoice")
