"""Whether a customer contests a payment: while one is open nobody is reminded and no card refused."""

from billing.choices import DisputeState
from billing.models import PaymentDispute


def open_dispute(account_key: int) -> PaymentDispute | None:
    """The first open dispute of the account's payments."""
    disputes = PaymentDispute.objects.filter(intent__account_id=account_key, state=DisputeState.OPEN)
    return disputes.order_by("pk").first()
