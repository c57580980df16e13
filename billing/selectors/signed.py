"""Reading signed meter values and keys of meters: whoever sees a session sees what was signed of it."""

from django.db.models import QuerySet

from cpms.accounts.viewer import Viewer

from ..models import MeterKey, SignedRecord


def signed_records_for(viewer: Viewer) -> QuerySet[SignedRecord]:
    """Signed values with session and key, in order of receipt."""
    seen = viewer.organisations("transactions.view")
    rows = SignedRecord.objects.filter(organisation_id__in=seen)
    return rows.select_related("transaction__station", "key").order_by("id")


def meter_keys_for(viewer: Viewer) -> QuerySet[MeterKey]:
    """Keys of meters with their station, those that wait for somebody first."""
    seen = viewer.organisations("stations.view")
    rows = MeterKey.objects.filter(organisation_id__in=seen).select_related("station")
    return rows.order_by("valid_to", "confirmed_at", "-id")
