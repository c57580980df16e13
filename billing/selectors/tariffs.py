"""Reading tariffs and price series, each query starting from the viewer: the getter is the permission check."""

from django.db.models import QuerySet

from billing.models import PriceSeries, TariffAssignment, TariffFamily, TariffVersion
from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer


def tariff_families_for(viewer: Viewer) -> QuerySet[TariffFamily]:
    """Tariffs, by name."""
    return TariffFamily.objects.filter(mine(viewer))


def tariff_versions_for(viewer: Viewer) -> QuerySet[TariffVersion]:
    """Versions with their tariff, the newest of each first."""
    return TariffVersion.objects.filter(mine(viewer, "family__organisation")).select_related(
        "family", "series"
    )


def tariff_assignments_for(viewer: Viewer) -> QuerySet[TariffAssignment]:
    """Assignments with what they name, newest first."""
    rows = TariffAssignment.objects.filter(mine(viewer))
    return rows.select_related("family", "group", "site", "station")


def price_series_for(viewer: Viewer) -> QuerySet[PriceSeries]:
    """Prices of markets, by name."""
    return PriceSeries.objects.filter(mine(viewer))
