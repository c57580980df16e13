"""Somebody who owes, the days that pass, and what is done about it."""

from datetime import UTC, date, datetime, time, timedelta

import time_machine
from django.core import mail

from billing.choices import BillingMode
from billing.models import Account, DunningCase, Invoice
from billing.services.accounts.bank import Transfer, bank_receive
from billing.services.dunning.cases import dunning_run
from billing.services.dunning.rules import rules_set
from billing.services.invoicing.run import account_invoice
from chargers.domain import AuthorizeAsked, Token
from chargers.services.tags.authorization import authorize
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.drivers.services.dunning import dunning_send
from tests.billing.invoicing.office import Office
from tests.chargers.reports import source_of


class Debts:
    """An account on invoice with one invoice over 5.95."""

    time: time_machine.Traveller

    def __init__(self, office: Office) -> None:
        self.office = office
        office.seller()
        self.account = office.account(BillingMode.POSTPAID, locale="de")
        office.session()
        made = account_invoice(self.account, None, SYSTEM)
        assert made is not None
        self.invoice = made
        rules_set(self.account.organisation, SYSTEM, is_active=True)

    @property
    def due_at(self) -> datetime:
        """Noon of the day the invoice is due."""
        assert self.invoice.due_on is not None
        return datetime.combine(self.invoice.due_on, time(12), UTC)

    def after(self, days: int) -> None:
        """So many days pass; the clock runs once at their end, and mails go out."""
        self.time.shift(timedelta(days=days))
        self.run()

    def run(self) -> None:
        dunning_run()
        dunning_send()

    def pay(self, minor: int = 595) -> None:
        bank_receive(
            self.account, Transfer(minor, f"paid {minor} {clock.now().timestamp()}", self.today), SYSTEM
        )

    @property
    def today(self) -> date:
        return clock.now().date()

    @property
    def case(self) -> DunningCase:
        return DunningCase.objects.get(invoice=self.invoice)

    @property
    def fresh(self) -> Account:
        return Account.objects.get(pk=self.account.pk)

    @property
    def fees(self) -> list[int | None]:
        """What the invoices over fees ask for."""
        made = Invoice.objects.exclude(dunning_step=None).order_by("id")
        return list(made.values_list("payable_minor", flat=True))

    @property
    def subjects(self) -> list[str]:
        return [sent.subject for sent in mail.outbox]

    def held_up(self) -> str:
        """What a station is told when the account's card is held to its reader."""
        world = self.office.story.world
        return str(
            authorize(source_of(self.office.story.station), AuthorizeAsked(Token(world.tag.uid))).status
        )
