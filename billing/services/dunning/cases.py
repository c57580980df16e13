"""Cases opened, ended and moved on by the clock; held and let go by people."""

import logging
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.choices import (
    DUNNING_STOPPED,
    BillingMode,
    DunningLevel,
    DunningState,
)
from billing.models import Account, DunningCase, DunningProfile, Invoice, PaymentDispute
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.issuer import NoIssuer
from billing.services.invoicing.open_items import OpenItem, open_items_of
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM, Actor

from .contesting import open_dispute
from .steps import locked, step_due

logger = logging.getLogger(__name__)
PAID = "The invoice is paid or credited."
CONTESTED = "A payment of this customer is disputed."


def dunning_run() -> int:
    """Open, end and stop what has to be, then take every level whose day has come; how many were taken."""
    active = DunningProfile.objects.filter(is_active=True).select_related("organisation")
    for profile in active:
        _cases_open(profile.organisation)
    open_cases = DunningCase.objects.exclude(state=DunningState.ENDED)
    for case in open_cases.order_by("pk"):
        _look(case)
    organisations = [profile.organisation_id for profile in active]
    running = DunningCase.objects.filter(state=DunningState.RUNNING, organisation__in=organisations)
    return sum(_try(case) for case in running.order_by("pk"))


def _cases_open(organisation: Organisation) -> None:
    """A case for each invoice that is late; one that ended begins again when its money was taken back."""
    accounts = Account.objects.filter(organisation=organisation, billing_mode=BillingMode.POSTPAID)
    for account in accounts.select_related("organisation").order_by("pk"):
        late = [item for item in open_items_of(account) if item.days_overdue > 0]
        _late_keep(late)


def _late_keep(late: Iterable[OpenItem]) -> None:
    """Fees are never reminded of: they would grow by themselves."""
    for item in late:
        if not hasattr(item.invoice, "dunning_step"):
            _case_of(item)


@transaction.atomic
def _case_of(item: OpenItem, actor: Actor = SYSTEM) -> None:
    case, is_new = DunningCase.objects.get_or_create(
        invoice=item.invoice,
        defaults={
            "organisation_id": item.invoice.organisation_id, "account": item.account, "opened_at": clock.now(),
        },
    )  # fmt: skip
    if is_new:
        _record(actor, "dunning.opened", case, open_minor=item.open_minor)
        return
    case, still = locked(case)
    if case.state == DunningState.ENDED and still is not None:
        case.turn, case.level, case.taken_on = case.turn + 1, DunningLevel.NONE, None
        case.state, case.because, case.ended_at = DunningState.RUNNING, "", None
        case.save()
        _record(actor, "dunning.reopened", case, open_minor=still.open_minor)


@transaction.atomic
def _look(case: DunningCase) -> None:
    """End what is paid; stop and let go by disputes of payments."""
    case, item = locked(case)
    if case.state == DunningState.ENDED:
        return
    if item is None:
        case_end(case)
        return
    dispute = open_dispute(case.account_id)
    if dispute is not None and case.state == DunningState.RUNNING:
        _stop(case, DunningState.DISPUTED, CONTESTED, SYSTEM, dispute)
    elif dispute is None and case.dispute_id is not None:
        _go_on(case, SYSTEM)


def case_end(case: DunningCase) -> None:
    """Nothing is open any more; of a locked case."""
    case.state, case.because, case.ended_at, case.dispute = DunningState.ENDED, PAID, clock.now(), None
    case.save()
    _record(SYSTEM, "dunning.ended", case)


def _try(case: DunningCase) -> bool:
    """One customer that cannot be reminded keeps nobody else from it."""
    try:
        return step_due(case) is not None
    except NoIssuer:
        return False
    except (BooksRefuse, IntegrityError, ValidationError):
        logger.exception("case %s did not go on", case.public_id)
        return False


@transaction.atomic
def case_open(invoice: Invoice, actor: Actor) -> DunningCase:
    """Begin with an invoice on the very day it is due, by hand; a repeat returns its case. Raises ValidationError."""
    account = Account.objects.select_related("organisation").get(pk=invoice.account_id)
    item = next((one for one in open_items_of(account) if one.invoice.pk == invoice.pk), None)
    if item is None or hasattr(item.invoice, "dunning_step"):
        raise ValidationError({"invoice": "nothing is open of it, or it is over a fee of a reminder"})
    # Invoices are dated in UTC: where the operator is it may still be the day before.
    if item.days_overdue < 0 and item.invoice.due_on != clock.now().date():
        raise ValidationError({"invoice": f"is not due before {invoice.due_on}"})
    _case_of(item, actor)
    return DunningCase.objects.get(invoice=invoice)


@transaction.atomic
def case_hold(case: DunningCase, because: str, actor: Actor, *, is_disputed: bool = False) -> DunningCase:
    """Stop reminding, and let the cards charge, until somebody lets it go on. Raises ValidationError."""
    if not because.strip():
        raise ValidationError({"because": "Say why, for whoever looks at it next."})
    case, _ = locked(case)
    if case.state == DunningState.ENDED:
        raise ValidationError("It has ended: there is nothing to hold.")
    state = DunningState.DISPUTED if is_disputed else DunningState.HELD
    _stop(case, state, because.strip()[:255], actor, None)
    return case


@transaction.atomic
def case_go_on(case: DunningCase, actor: Actor) -> DunningCase:
    """Let it go on from where it was; one that runs stays as it is."""
    case, _ = locked(case)
    if case.state in DUNNING_STOPPED:
        _go_on(case, actor)
    return case


def _stop(
    case: DunningCase, state: DunningState, because: str, actor: Actor, dispute: PaymentDispute | None
) -> None:
    case.state, case.because, case.dispute = state, because, dispute
    case.save(update_fields=["state", "because", "dispute"])
    _record(actor, "dunning.stopped", case, state=state.value, because=because)


def _go_on(case: DunningCase, actor: Actor) -> None:
    case.state, case.because, case.dispute = DunningState.RUNNING, "", None
    case.save(update_fields=["state", "because", "dispute"])
    _record(actor, "dunning.resumed", case)


def _record(actor: Actor, action: str, case: DunningCase, **detail: int | str) -> None:
    audit.record(
        actor,
        action,
        organisation_id=case.organisation_id,
        subject=case.public_id,
        label=case.invoice.code,
        **detail,
    )
