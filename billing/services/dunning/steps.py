"""Taking the next level of a case: the row, its fee in the books and on an invoice, its mail, all or nothing.

The mail is a row that says it is to be sent; who sends it claims it (`cpms.drivers.services.mailing`). So whoever dies
between the two leaves a mail that is sent later, once.
"""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing.books.dunning import DunningFee, Rung, next_day, rung_after
from billing.choices import DunningLevel, DunningState, MailState, TaxCategory
from billing.events import DunningAdvanced
from billing.models import Account, DunningCase, DunningStep, Invoice, JournalEntry
from billing.services.books.ledger import Heading, entry_post
from billing.services.invoicing.invoices import Item, Supply, invoice_draft, invoice_issue
from billing.services.invoicing.issuer import issuer_ready
from billing.services.invoicing.open_items import OpenItem, local_day, open_items_of
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM, Actor
from cpms.core.events import publish

from .contesting import open_dispute
from .rules import rules_of


@transaction.atomic
def step_due(case: DunningCase) -> DunningStep | None:
    """Take the next level if its day has come; None where there is nothing to do. Raises `NoIssuer`."""
    case, item = locked(case)
    rungs = rules_of(case.organisation).rungs
    upper, due_on = rung_after(rungs, case.level), case.invoice.due_on
    if item is None or upper is None or due_on is None or not _may_go_on(case):
        return None
    day = next_day(rungs, due_on, case.level, case.taken_on)
    if day is None or day > local_day(case.account):
        return None
    return _taken(case, item, upper, SYSTEM)


@transaction.atomic
def step_now(case: DunningCase, level: int, actor: Actor) -> DunningStep | None:
    """Take the next level, `level`, whatever the day; None when it was taken already.

    Raises `NoIssuer`, ValidationError when it cannot be taken.
    """
    case, item = locked(case)
    if level <= case.level:
        return None
    if not _may_go_on(case):
        raise ValidationError("It is on hold, disputed or ended: let it go on first.")
    if item is None:
        raise ValidationError("The invoice is paid or credited: there is nothing to remind of.")
    upper = rung_after(rules_of(case.organisation).rungs, case.level)
    if upper is None or upper.level != level:
        raise ValidationError({"level": "is not the next one"})
    return _taken(case, item, upper, actor)


def _may_go_on(case: DunningCase) -> bool:
    """A dispute counts before the clock has stopped the case for it."""
    return case.state == DunningState.RUNNING and open_dispute(case.account_id) is None


def locked(case: DunningCase) -> tuple[DunningCase, OpenItem | None]:
    """The case with the lock of its account, and what is open of its invoice. Call inside a transaction.

    The account's row keeps payments out meanwhile: nobody is reminded of what was just paid.
    """
    found = DunningCase.objects.select_for_update(of=("self",)).select_related("organisation", "invoice")
    case = found.get(pk=case.pk)
    accounts = Account.objects.select_for_update(no_key=True, of=("self",))
    case.account = accounts.select_related("organisation", "party").get(pk=case.account_id)
    items = open_items_of(case.account)
    return case, next((one for one in items if one.invoice.pk == case.invoice_id), None)


def _taken(case: DunningCase, item: OpenItem, rung: Rung, actor: Actor) -> DunningStep:
    now, party = clock.now(), case.account.party
    step = DunningStep(
        case=case, turn=case.turn, level=rung.level, taken_at=now, taken_by=actor.label[:160],
        open_minor=item.open_minor, fee_minor=rung.fee_minor, to=party.email, locale=party.locale,
        state=MailState.WAITING if party.email else MailState.NOBODY,
        next_attempt_at=now if party.email else None,
    )  # fmt: skip
    if rung.fee_minor:
        step.fee_entry = _fee_post(case, step)
        step.fee_invoice = _fee_invoice(case, step, step.fee_entry)
    step.save()
    case.level, case.taken_on = rung.level, local_day(case.account)
    case.save(update_fields=["level", "taken_on"])
    _tell(case, step, actor)
    return step


def _fee_post(case: DunningCase, step: DunningStep) -> JournalEntry:
    key = f"dunning_fee:{case.public_id}:{step.turn}:{step.level}"
    heading = Heading(
        key, case.invoice.currency, step.taken_at, case.public_id, cost_centre=case.account.cost_centre
    )
    return entry_post(case.organisation_id, DunningFee(case.account.public_id, step.fee_minor), heading)


def _fee_invoice(case: DunningCase, step: DunningStep, entry: JournalEntry) -> Invoice:
    """A fee is compensation for paying late: outside the scope of VAT (Directive 2006/112/EC art. 2; C-277/05)."""
    with translation.override(case.account.party.locale):
        names = {"level": level_word(step.level), "code": case.invoice.code}
        text = _("Fee of a reminder: %(level)s, invoice %(code)s") % names
    item = Item(text, step.fee_minor, step.fee_minor, TaxCategory.OUTSIDE, Decimal(0), entry=entry)
    day = local_day(case.account)
    key = f"dunning:{case.public_id}:{step.turn}:{step.level}"
    draft = invoice_draft(case.account, issuer_ready(case.organisation_id), key, [item], Supply(day, day))
    return invoice_issue(draft, SYSTEM)


def level_word(level: int) -> str:
    """A level in the active language, as customers read it."""
    words = {
        DunningLevel.REMINDER: _("Reminder"),
        DunningLevel.SECOND: _("Second reminder"),
        DunningLevel.BLOCK: _("Your cards are blocked"),
        DunningLevel.HAND_OVER: _("Handed over for collection"),
    }
    return words.get(DunningLevel(level), "")


def _tell(case: DunningCase, step: DunningStep, actor: Actor) -> None:
    level = DunningLevel(step.level).name.lower()
    audit.record(
        actor, "dunning.advanced", organisation_id=case.organisation_id, subject=case.public_id,
        label=case.invoice.code, level=level, open_minor=step.open_minor, fee_minor=step.fee_minor,
    )  # fmt: skip
    publish(
        DunningAdvanced(
            organisation_id=case.organisation_id, subject=case.public_id, occurred_at=step.taken_at,
            invoice=case.invoice.public_id, account=case.account.public_id, level=level,
            open_minor=step.open_minor, currency=case.invoice.currency,
        )
    )  # fmt: skip
