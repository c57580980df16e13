"""Reading what site hosts get, each query starting from the viewer: the getter is the permission check."""

from django.db.models import QuerySet

from billing.selectors.accounts import parties_for
from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer

from ..choices import PartyKind
from ..models import Party, Settlement, SettlementAgreement, SettlementLine, VatCheck


def vat_checks_for(viewer: Viewer) -> QuerySet[VatCheck]:
    """What registers answered about VAT ids, the newest first."""
    rows = VatCheck.objects.filter(mine(viewer))
    return rows.select_related("party")


def hosts_for(viewer: Viewer) -> QuerySet[Party]:
    """Site hosts, by name."""
    return parties_for(viewer).filter(kind=PartyKind.SITE_HOST)


def settlement_agreements_for(viewer: Viewer) -> QuerySet[SettlementAgreement]:
    """What was agreed with site hosts, by site, the newest first."""
    rows = SettlementAgreement.objects.filter(mine(viewer))
    return rows.select_related("site", "host", "organisation")


def settlements_for(viewer: Viewer) -> QuerySet[Settlement]:
    """Statements to site hosts, the latest month first."""
    rows = Settlement.objects.filter(mine(viewer))
    return rows.select_related("agreement__site", "agreement__host", "entry", "paid_entry")


def settlement_lines_for(viewer: Viewer) -> QuerySet[SettlementLine]:
    """Sessions of statements, as they were told."""
    rows = SettlementLine.objects.filter(mine(viewer, "settlement__organisation"))
    return rows.select_related("settlement", "charge__transaction__station").order_by("settlement_id", "id")
