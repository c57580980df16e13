"""Paying an invoice by card: what is open of it, once, however often somebody taps."""

from django.db import transaction
from django.utils import translation

from billing.models import Account, Invoice, PaymentIntent, PaymentMethod
from billing.services.invoicing.open_items import open_items_of
from billing.services.payments.opening import Means, PaymentRefused, invoice_pay
from cpms.accounts.models import User

from ..links import bill_back_url
from .joining import actor_of


@transaction.atomic
def bill_pay(user: User, invoice: Invoice, method: PaymentMethod | None) -> PaymentIntent:
    """Ask for what is open of it, from a stored card, else from one entered in the provider's form.

    A payment of it that is not over yet is this one. Raises `PaymentRefused`.
    """
    # The account's row is the lock: of two taps the second finds the first one's payment.
    account = Account.objects.select_for_update(no_key=True).get(pk=invoice.account_id)
    earlier = next((one for one in PaymentIntent.objects.filter(invoice=invoice) if one.is_live), None)
    if earlier is not None:
        return earlier
    open_minor = {item.invoice.pk: item.open_minor for item in open_items_of(account)}.get(invoice.pk, 0)
    if not open_minor:
        raise PaymentRefused("nothing of this invoice is open")
    language = translation.get_language() or ""
    means = Means(method=method, email=user.email, locale=language, back=bill_back_url)
    return invoice_pay(invoice, means, actor_of(user), open_minor)
