"""Telling the books a random event, through the services alone."""

from collections.abc import Callable
from datetime import timedelta

from billing.choices import PartyKind
from billing.models import Account, JournalEntry, Party, SessionCharge
from billing.services.books import postings
from billing.services.books.charges import refund_take_back, session_charge, session_correct, session_refund
from billing.services.books.ledger import entry_reverse
from billing.services.books.postings import Told
from chargers.models import Transaction
from cpms.accounts.models import Organisation

from .plan import PROVIDERS, Event
from .shop import NOON, TODAY, german


class NotYet(Exception):
    """What the event follows has not arrived; it is told again later."""


class Teller:
    """Knows the rows that events name by number."""

    def __init__(self, shop: Organisation, events: list[Event], mark: str = "event") -> None:
        self.organisation_id = shop.pk
        self.events = events
        self.accounts = list(Account.objects.filter(organisation=shop).order_by("pk"))
        self.host = Party.objects.get(organisation=shop, kind=PartyKind.SITE_HOST)
        self.mark = mark

    def tell(self, event: Event) -> None:
        """Do it. Raises `NotYet`, and whatever the books refuse it with."""
        act: Callable[[Event, Account], object] = getattr(self, f"_{event.kind}")
        act(event, self.accounts[event.account])

    def told(self, event: Event) -> Told:
        return Told(NOON + timedelta(seconds=event.number % 3600), f"{self.mark}-{event.number}")

    def provider(self, event: Event) -> str:
        return PROVIDERS[event.number % len(PROVIDERS)]

    def session(self, number: int) -> Transaction:
        return Transaction.objects.get(
            organisation_id=self.organisation_id, reference=f"{self.mark}-{number}"
        )

    def charge(self, event: Event) -> SessionCharge:
        found = SessionCharge.objects.filter(transaction=self.session(event.subject)).first()
        if found is None:
            raise NotYet
        return found

    def entry(self, key: str) -> JournalEntry:
        found = JournalEntry.objects.filter(organisation_id=self.organisation_id, key=key).first()
        if found is None:
            raise NotYet
        return found

    def _rate(self, event: Event, account: Account) -> object:
        return session_charge(self.session(event.number), account, german(event.minor), self.told(event).at)

    def _correct(self, event: Event, account: Account) -> object:
        attempt = 2 + event.number
        return session_correct(
            self.charge(event), german(event.minor), attempt, self.told(event), "rated again"
        )

    def _void(self, event: Event, account: Account) -> object:
        attempt = 2 + event.number
        return session_correct(self.charge(event), german(0), attempt, self.told(event), "void")

    def _refund(self, event: Event, account: Account) -> object:
        part = german(max(1, event.minor // 3))
        provider = self.provider(event) if event.choice < 0.3 else ""
        return session_refund(self.charge(event), part, self.told(event), provider=provider)

    def _take_back(self, event: Event, account: Account) -> object:
        its_refund = self.events[event.subject]
        charge = self.charge(its_refund)
        try:
            refund = self.entry(f"refund:{charge.public_id}:{self.mark}-{its_refund.number}")
        except NotYet:
            # It may have been refused for good.
            return None
        return refund_take_back(charge, refund, self.told(event), "bounced")

    def _top_up(self, event: Event, account: Account) -> object:
        return postings.top_up_captured(account, self.provider(event), event.minor, self.told(event))

    def _bounce(self, event: Event, account: Account) -> object:
        entry = self.entry(f"top_up:{self.mark}-{event.subject}")
        return entry_reverse(entry, self.told(event).at, "bounced")

    def _capture(self, event: Event, account: Account) -> object:
        return postings.payment_captured(account, self.provider(event), event.minor, self.told(event))

    def _payout(self, event: Event, account: Account) -> object:
        fee = int(event.minor * event.choice / 10)
        return postings.payout_received(
            self.organisation_id, "EUR", self.provider(event), event.minor, fee, self.told(event)
        )

    def _dispute(self, event: Event, account: Account) -> object:
        org, provider, told = self.organisation_id, self.provider(event), self.told(event)
        postings.payment_disputed(org, "EUR", provider, event.minor, told)
        if event.choice < 0.3:
            return postings.dispute_won(org, "EUR", provider, event.minor, told)
        if event.choice < 0.6:
            return postings.dispute_lost(org, "EUR", event.minor, told)
        return postings.dispute_claimed(account, event.minor, told)

    def _voucher(self, event: Event, account: Account) -> object:
        if event.choice < 0.5:
            return postings.voucher_used(account, event.minor, self.told(event))
        return postings.voucher_discounted(account, german(event.minor), self.told(event))

    def _fee(self, event: Event, account: Account) -> object:
        months = [(TODAY + timedelta(days=31 * n)).replace(day=1) for n in range(1, 13)]
        return postings.subscription_charged_by_month(account, german(event.minor), self.told(event), months)

    def _host(self, event: Event, account: Account) -> object:
        return postings.host_share_settled(self.host, "EUR", german(event.minor), self.told(event))
