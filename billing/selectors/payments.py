"""Reading payments, each query starting from the viewer: the getter is the permission check."""

from django.db.models import QuerySet

from billing.models import PaymentIntent, PaymentMethod
from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer


def payments_for(viewer: Viewer) -> QuerySet[PaymentIntent]:
    """Payments with account, station and transaction, newest first."""
    rows = PaymentIntent.objects.filter(mine(viewer))
    return rows.select_related("account", "station", "transaction", "invoice", "command")


def payment_methods_for(viewer: Viewer) -> QuerySet[PaymentMethod]:
    """Stored means of payment with their account, newest first."""
    return PaymentMethod.objects.filter(mine(viewer)).select_related("account")
