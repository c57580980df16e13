"""Mails about invoices that are not paid: what is due, since when, how to pay, what comes next."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.translation import gettext as _

from billing.books.dunning import rung_after
from billing.choices import DunningLevel, DunningState
from billing.models import DunningStep
from billing.services.dunning.rules import rules_of
from billing.services.dunning.steps import level_word
from billing.services.invoicing.open_items import OpenItem, open_items_of
from billing.tariffs.numbers import money_text

from ..links import bills_url
from .mailing import AT_ONCE, TIMEOUT_S, mails_send, message_id
from .papers import invoice_attach


def dunning_send(most: int = AT_ONCE) -> int:
    """Send the reminders that are due; how many went out."""
    return mails_send(DunningStep, mail_of, most)


def mail_of(row: DunningStep) -> EmailMultiAlternatives | None:
    """The mail in the customer's language with the invoice; None where the invoice was paid or the case stopped."""
    related = ("case__invoice", "case__organisation", "case__account__organisation", "fee_invoice")
    step = DunningStep.objects.select_related(*related).get(pk=row.pk)
    items = open_items_of(step.case.account)
    item = next((one for one in items if one.invoice.pk == step.case.invoice_id), None)
    if item is None or step.case.state != DunningState.RUNNING or step.case.turn != step.turn:
        return None
    with translation.override(step.locale if translation.check_for_language(step.locale) else "en"):
        told = _told(step, item)
        made = EmailMultiAlternatives(
            told["subject"], render_to_string("mail/dunning.txt", told), settings.DEFAULT_FROM_EMAIL, [step.to],
            headers={"Message-ID": message_id(step), "Auto-Submitted": "auto-generated"},
            connection=get_connection(timeout=TIMEOUT_S),
        )  # fmt: skip
        made.attach_alternative(render_to_string("mail/dunning.html", told), "text/html")
    for invoice in filter(None, (step.case.invoice, step.fee_invoice)):
        invoice_attach(made, invoice)
    return made


def _told(step: DunningStep, item: OpenItem) -> dict[str, Any]:
    invoice, minor = item.invoice, item.open_minor + step.fee_minor
    names = {"code": invoice.code, "level": level_word(step.level)}
    return {
        "subject": _("%(level)s: invoice %(code)s") % names,
        "code": invoice.code,
        "due": formats.date_format(invoice.due_on, "DATE_FORMAT") if invoice.due_on else "",
        "open": money_text(item.open_minor, invoice.currency),
        "fee": money_text(step.fee_minor, invoice.currency) if step.fee_minor else "",
        "fee_code": step.fee_invoice.code if step.fee_invoice else "",
        "sum": money_text(minor, invoice.currency),
        "iban": invoice.issuer_snapshot.get("iban", ""),
        "seller": invoice.issuer_snapshot.get("legal_name", step.case.organisation.name),
        "what": what_now(step.level),
        "next": _next(step),
        "link": bills_url(),
        "account": step.case.account.name,
        "language": translation.get_language() or "en",
    }


def what_now(level: int) -> str:
    """What a level means for the customer, in a sentence of the active language."""
    words = {
        DunningLevel.REMINDER: _("You may have overlooked it. Please pay it now."),
        DunningLevel.SECOND: _("We have not received your payment. Please pay it now."),
        DunningLevel.BLOCK: _(
            "Charging cards of this account are refused until it is paid. They work again at once."
        ),
        DunningLevel.HAND_OVER: _("We are handing this claim over for collection. Please pay it now."),
    }
    return words[DunningLevel(level)]


def _next(step: DunningStep) -> str:
    upper = rung_after(rules_of(step.case.organisation).rungs, step.level)
    if upper is None or upper.level != DunningLevel.BLOCK:
        return ""
    return _("If it is not paid, charging cards of this account will be refused.")
