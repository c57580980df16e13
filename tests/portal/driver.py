"""A driver with an account, and what his phone shows."""

from billing.choices import BillingMode
from billing.models import Account
from billing.services.accounts.parties import account_change
from billing.services.books.postings import Told, top_up_captured
from billing.services.ratings.follow import events_follow, sessions_sweep
from chargers.choices import CommandState
from chargers.models import Command, Evse, Transaction
from chargers.services.commands.end import Reply
from chargers.services.commands.life import command_answered
from cpms.accounts.models import User
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.drivers.models import Driver
from cpms.drivers.services.joining import driver_join
from tests.billing.payments.till import ADAPTER, YES, Till
from tests.chargers.reports import report, source_of, start
from tests.worlds import PASSWORD

from .guest import Guest


class Motorist(Guest):
    """Signed in; at the operator of an EVSE he has a wallet."""

    @classmethod
    def new(cls, till: Till, sticker: str, email: str = "mia@example.com") -> "Motorist":
        made = cls(till, sticker, email)
        made.client.force_login(User.objects.create_user(email, PASSWORD))
        return made

    @property
    def user(self) -> User:
        return User.objects.get(email=self.email)

    def join(self, evse: Evse) -> Driver:
        return driver_join(self.user, evse.station, "EUR")

    @property
    def driver(self) -> Driver:
        return Driver.objects.get(user=self.user)

    @property
    def account(self) -> Account:
        return self.driver.account

    def fill_wallet(self, minor: int) -> None:
        told = Told(clock.now(), f"top-up {clock.now().timestamp()}")
        top_up_captured(self.account, "fake", minor, told)

    def on_invoice(self) -> None:
        account_change(self.account, SYSTEM, billing_mode=BillingMode.POSTPAID)

    @property
    def command(self) -> Command:
        """The newest start he asked for."""
        return Command.objects.filter(actor_user=self.user).order_by("-id")[0]

    def tap_start(self) -> "Motorist":
        self.tap(f"{self.sticker}/charge")
        return self

    def answer(self, reply: Reply = YES) -> None:
        """The station is sent the remote start, and answers it."""
        sent = {"state": CommandState.SENT, "epoch": 1, "sent_at": clock.now(), "claimed_at": clock.now()}
        Command.objects.filter(pk=self.command.pk).update(**sent)
        command_answered(source_of(self.till.world.station), self.command, reply, ADAPTER)

    def begin(self, evse: Evse) -> Transaction:
        """Tap; the station answers and charging begins."""
        self.tap_start()
        self.answer()
        tag = self.driver.app_tag
        assert tag is not None
        session = report(evse.station, start(tag.uid, clock.now())).transaction
        self.rate()
        return session

    def rate(self) -> None:
        """What the worker does every two seconds."""
        events_follow()
        sessions_sweep()
