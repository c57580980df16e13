"""Reading what is done about unpaid invoices, each query starting from the viewer: the getter is the check."""

from django.db.models import Q, QuerySet

from cpms.accounts.viewer import Viewer

from .models import DunningCase, DunningProfile, DunningStep
from .selectors import VIEW


def dunning_rules_for(viewer: Viewer) -> QuerySet[DunningProfile]:
    """The rules that organisations set."""
    rows = DunningProfile.objects.filter(Q(organisation_id__in=viewer.organisations(VIEW)))
    return rows.select_related("organisation")


def dunning_cases_for(viewer: Viewer) -> QuerySet[DunningCase]:
    """Invoices that were not paid in time, the newest case first."""
    rows = DunningCase.objects.filter(Q(organisation_id__in=viewer.organisations(VIEW)))
    return rows.select_related("invoice", "account__party", "organisation")


def dunning_steps_for(viewer: Viewer) -> QuerySet[DunningStep]:
    """Levels that were taken, the first one first."""
    rows = DunningStep.objects.filter(Q(case__organisation_id__in=viewer.organisations(VIEW)))
    return rows.select_related("case", "fee_invoice")
