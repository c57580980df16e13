"""What a payer reads at the provider's page, in his language."""

from django.utils import translation
from django.utils.translation import gettext as _

from billing.choices import PaymentPurpose
from billing.models import PaymentIntent


def paid_for(intent: PaymentIntent) -> str:
    """What the money is for; a hold says that it is one."""
    with translation.override(intent.locale or "en"):
        if intent.purpose == PaymentPurpose.TOP_UP:
            return _("Top-up of the wallet")
        if intent.purpose == PaymentPurpose.INVOICE and intent.invoice is not None:
            return _("Invoice %s") % intent.invoice.code
        return _("Charging: this is held, and only what you charge is taken")
