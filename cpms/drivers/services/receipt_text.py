"""What the mail with a receipt says: the price line by line, the link to its page, the invoice as a file."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.translation import gettext as _

from billing.choices import DocumentKind, InvoiceState, RatingState
from billing.models import Invoice, Rating, ReceiptMail
from billing.pricing.exact import ratio
from billing.services.invoicing.items import place_of
from billing.services.payments.settling import payment_of
from billing.services.ratings import words
from billing.services.ratings.evidence import zone_of
from billing.services.vouchers.words import paid_of
from billing.tariffs.numbers import money_text, number_text
from chargers.models import Transaction

from ..links import session_url, visit_url
from .mailing import TIMEOUT_S, message_id
from .papers import invoice_attach


def mail_of(mail: ReceiptMail) -> EmailMultiAlternatives:
    """The mail as text and HTML, with the invoice attached when one was issued."""
    session = Transaction.objects.select_related("station__site", "organisation").get(pk=mail.transaction_id)
    rating = Rating.objects.select_related("version").get(transaction=session, state=RatingState.FINAL)
    with translation.override(mail.locale if translation.check_for_language(mail.locale) else "en"):
        told = _told(mail, session, rating)
        made = EmailMultiAlternatives(
            told["subject"], render_to_string("mail/receipt.txt", told), settings.DEFAULT_FROM_EMAIL, [mail.to],
            headers={"Message-ID": message_id(mail), "Auto-Submitted": "auto-generated"},
            connection=get_connection(timeout=TIMEOUT_S),
        )  # fmt: skip
        made.attach_alternative(render_to_string("mail/receipt.html", told), "text/html")
    if (invoice := invoice_of(session)) is not None:
        invoice_attach(made, invoice)
    return made


def invoice_of(session: Transaction) -> Invoice | None:
    """The invoice that was issued for a session alone, the newest if its price was corrected; None where there is none.

    One over many sessions, such as a fleet's month, is not the driver's to see.
    """
    rows = Invoice.objects.filter(
        lines__charge__transaction=session, state=InvoiceState.ISSUED, kind=DocumentKind.INVOICE
    )
    found = rows.select_related("account", "corrects").order_by("-id").first()
    if found is None or found.lines.exclude(charge__transaction=session).exists():
        return None
    return found


def _told(mail: ReceiptMail, session: Transaction, rating: Rating) -> dict[str, Any]:
    zone = ZoneInfo(zone_of(session.station))
    begin, end = session.started_at.astimezone(zone), rating.ended_at.astimezone(zone)
    vouchers, rest = paid_of(rating)
    sum_text, place = money_text(rating.gross_minor or 0, rating.currency), place_of(session)
    return {
        "subject": _("Your receipt: %(sum)s, %(place)s") % {"sum": sum_text, "place": session.station.label},
        "place": place,
        "day": formats.date_format(begin, "DATE_FORMAT"),
        "times": f"{begin:%H:%M} – {end:%H:%M} ({zone})",
        "energy": f"{number_text(ratio(round(rating.energy_wh / 10), 100), 2)} kWh",
        "sum": sum_text,
        "lines": words.lines(rating),
        "vouchers": vouchers,
        "rest": rest,
        "link": _link(session),
        "operator": session.organisation.name,
        "session": session.public_id,
        "invoice": invoice_of(session),
        "language": translation.get_language() or "en",
    }


def _link(session: Transaction) -> str:
    payment = payment_of(session)
    return visit_url(payment.public_id) if payment else session_url(session.public_id)
