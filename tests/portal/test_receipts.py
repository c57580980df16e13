"""The receipt by mail: right after the price, once, with the price line by line, its page and the invoice."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from billing.choices import MailState
from billing.models import Invoice, InvoiceDocument, ReceiptMail, SessionCharge
from billing.services.invoicing.issuer import issuer_save
from billing.services.invoicing.run import account_invoice
from billing.services.ratings.follow import sessions_sweep
from chargers.choices import ConnectorStatus
from chargers.models import Connector, Evse
from cpms.core.actors import SYSTEM
from cpms.core.models import OutboxEvent
from cpms.drivers.services.mailing import BACK_OFF
from cpms.drivers.services.receipts import events_apply, receipts_send, receipts_sweep, session_papers
from tests.billing.invoicing.office import SELLER
from tests.billing.payments.till import Till

from .driver import Motorist
from .guest import Guest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _free(evse: Evse) -> None:
    cache.clear()
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)


@pytest.fixture
def seller(till: Till) -> None:
    issuer_save(till.world.organisation, SYSTEM, **SELLER)


def charged(guest: Guest, till: Till) -> SessionCharge:
    """A guest's session that is over and has its price."""
    session = guest.charge()
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    sessions_sweep()
    return SessionCharge.objects.get(transaction=session)


def post() -> None:
    """What the worker does every second: a test's own events are seen by nobody before its end, so they are told."""
    events_apply(OutboxEvent.objects.order_by("id"))
    receipts_send()


def test_a_guest_gets_the_price_line_by_line_and_the_link_to_its_page(guest: Guest, till: Till) -> None:
    charge = charged(guest, till)
    post()
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.com"]
    total = f"{charge.gross_minor / 100:.2f} EUR"
    assert total in sent.subject
    html = str(sent.alternatives[0][0])
    for told in (str(sent.body), html):
        assert total in told
        assert "per kWh" in told
        assert charge.transaction.public_id in told
    link = next(line for line in sent.body.splitlines() if "/v/" in line)
    assert link in html
    page = guest.open("/" + link.split("/", 3)[3]).text
    assert total in page
    assert not sent.attachments, "nobody wrote down who sells, so there is no invoice"


def test_mail_and_invoice_speak_the_language_of_the_guests_pages(
    guest: Guest, till: Till, seller: None
) -> None:
    guest.client = Client(headers={"Accept-Language": "de"})
    charge = charged(guest, till)
    post()
    (sent,) = mail.outbox
    total = f"{charge.gross_minor / 100:.2f} EUR".replace(".", ",")
    assert sent.subject.startswith(f"Ihr Beleg: {total}")
    for told in (str(sent.body), str(sent.alternatives[0][0])):
        assert "je kWh" in told
        assert "per kWh" not in told
    html = Client().get(f"{guest.settle().at}/invoice/html").content.decode()
    assert '<html lang="de">' in html


def test_however_often_the_worker_looks_one_mail_goes_out(guest: Guest, till: Till) -> None:
    charge = charged(guest, till)
    for _ in range(3):
        post()
        session_papers(charge.transaction)
    assert len(mail.outbox) == 1
    assert ReceiptMail.objects.get().state == MailState.SENT


def test_the_invoice_is_attached_and_linked_and_equals_receipt_and_books(
    guest: Guest, till: Till, seller: None
) -> None:
    charge = charged(guest, till)
    post()
    (sent,) = mail.outbox
    invoice = Invoice.objects.get()
    assert invoice.payable_minor == charge.gross_minor
    assert invoice.buyer_snapshot["email"] == "ada@example.com"
    (name, content, kind) = sent.attachments[0]
    kept = InvoiceDocument.objects.get(invoice=invoice, format="pdf")
    assert (name, kind) == (f"invoice-{invoice.code}.pdf", "application/pdf")
    assert sha256(content).hexdigest() == kept.sha256
    page = guest.settle()
    assert f"Invoice {invoice.code}: PDF · Web page" in page.text
    assert Client().get(f"{page.at}/invoice/pdf").content == content
    html = Client().get(f"{page.at}/invoice/html").content.decode()
    assert f"{charge.gross_minor / 100:.2f} EUR" in html
    assert "Paid by card." in html
    assert "ada@example.com" in html
    assert Client().get(f"{page.at}/invoice/exe").status_code == 404
    assert Client().get(f"{page.at[:-1]}_/invoice/pdf").status_code == 404


def test_a_mail_server_that_is_down_is_tried_again_until_it_is_given_up(
    guest: Guest, till: Till, settings: Settings
) -> None:
    charged(guest, till)
    settings.EMAIL_BACKEND = "tests.portal.post.Down"
    post()
    waiting = ReceiptMail.objects.get()
    assert (waiting.state, waiting.attempts) == (MailState.WAITING, 1)
    assert "SMTPServerDisconnected" in waiting.problem
    post()
    assert ReceiptMail.objects.get().attempts == 1, "not before its time"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    till.time.shift(BACK_OFF[0] + timedelta(seconds=1))
    post()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{waiting.public_id}@")


def test_after_the_last_try_it_is_given_up(guest: Guest, till: Till, settings: Settings) -> None:
    charged(guest, till)
    settings.EMAIL_BACKEND = "tests.portal.post.Down"
    post()
    for wait in BACK_OFF:
        till.time.shift(wait + timedelta(seconds=1))
        receipts_send()
    assert ReceiptMail.objects.get().state == MailState.FAILED
    till.time.shift(timedelta(days=1))
    assert receipts_send() == 0


def test_a_mail_that_somebody_else_is_sending_is_left_alone(guest: Guest, till: Till) -> None:
    charged(guest, till)
    events_apply(OutboxEvent.objects.order_by("id"))
    now = ReceiptMail.objects.get().next_attempt_at
    assert now is not None
    ReceiptMail.objects.update(claimed_until=now + timedelta(minutes=2))
    assert receipts_send() == 0
    assert mail.outbox == []
    till.time.shift(timedelta(minutes=3))
    assert receipts_send() == 1


def test_old_prices_are_no_news(guest: Guest, till: Till) -> None:
    charged(guest, till)
    till.time.shift(timedelta(days=3))
    post()
    assert mail.outbox == []
    assert not ReceiptMail.objects.exists()


def test_what_the_outbox_did_not_lead_to_is_swept(guest: Guest, till: Till) -> None:
    charged(guest, till)
    assert receipts_sweep() == 0, "the outbox has its time"
    till.time.shift(timedelta(minutes=2))
    assert [receipts_sweep(), receipts_sweep()] == [1, 0]
    assert receipts_send() == 1


def test_a_driver_finds_the_invoice_of_his_session_and_nobody_else_does(
    motorist: Motorist, evse: Evse, till: Till, seller: None
) -> None:
    motorist.fill_wallet(2000)
    session = motorist.begin(evse)
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    motorist.rate()
    post()
    (sent,) = mail.outbox
    assert sent.to == ["mia@example.com"]
    assert f"/my/sessions/{session.public_id}" in sent.body
    invoice = Invoice.objects.get()
    assert f"Invoice {invoice.code}: PDF · Web page" in motorist.open().text
    file = f"/my/sessions/{session.public_id}/invoice/html"
    assert b"Paid from the wallet." in motorist.client.get(file).content
    api = f"/api/v1/my/sessions/{session.public_id}/invoice/html"
    assert motorist.client.get(api).content == motorist.client.get(file).content
    other = Motorist.new(till, motorist.sticker, "eve@example.com")
    assert {other.client.get(path).status_code for path in (file, api)} == {404}
    assert [Client().get(path).status_code for path in (file, api)] == [302, 401]


def test_the_month_of_a_fleet_is_not_shown_to_its_drivers(
    motorist: Motorist, evse: Evse, till: Till, seller: None
) -> None:
    motorist.on_invoice()
    for _ in range(2):
        session = motorist.begin(evse)
        till.time.shift(timedelta(minutes=20))
        till.end(session)
        motorist.rate()
    post()
    assert mail.outbox == []
    assert account_invoice(motorist.account, None, SYSTEM) is not None
    assert motorist.client.get(f"/my/sessions/{session.public_id}/invoice/html").status_code == 404
