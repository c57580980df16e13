"""The books: a small double-entry ledger. Nothing posted ever changes; the database refuses it by trigger."""

from django.conf import settings
from django.db import models

from chargers.models import Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel, XidField

from ..choices import ENTRY_KINDS, LEDGER_KINDS, LEDGER_PURPOSES
from .account import Account
from .party import Party


class LedgerAccount(PublicModel):
    """One account of the ledger in one currency, e.g. `revenue`, or the wallet of an account: `wallet/acc_01..`."""

    id_prefix = "lac"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ledger_accounts")
    code = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20, choices=LEDGER_PURPOSES)
    kind = models.CharField(max_length=10, choices=LEDGER_KINDS)
    currency = models.CharField(max_length=3)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="ledger_accounts")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="ledger_accounts")

    class Meta:
        ordering = ["code", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code", "currency"], name="ledger_account_code_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class LedgerBalance(models.Model):
    """The running sum of a ledger account's lines, kept by a trigger in the transaction of the lines.

    Accounts of everybody (revenue, clearing) are spread over slots, so that postings do not wait for each other; their
    balance is the sum of the slots. A wallet or claim has one, slot 0. `ceiling_minor` bounds it: a wallet's is the
    overshoot of its account.
    """

    id = models.BigAutoField(primary_key=True)
    ledger_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="balances")
    slot = models.PositiveSmallIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    ceiling_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ledger_account", "slot"], name="ledger_balance_unique"),
            models.CheckConstraint(
                name="ledger_balance_below_ceiling",
                condition=models.Q(ceiling_minor=None)
                | models.Q(amount_minor__lte=models.F("ceiling_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ledger_account_id}/{self.slot}: {self.amount_minor}"


class PostingPeriod(PublicModel):
    """A calendar month of the books that has been closed, or opened again. A month without a row is open."""

    id_prefix = "per"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posting_periods")
    month = models.DateField(help_text="Its first day.")
    closed = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=160)

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month"], name="posting_period_unique"),
            models.CheckConstraint(name="posting_period_is_a_month", condition=models.Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class JournalEntry(PublicModel):
    """Something that moved money, with lines that add up to zero.

    `key` makes it the same entry however often it is told: unique in the organisation. `digest` is over what was asked
    for: the same key with another digest is refused. `facts` are the fields of its posting (`billing.books.facts`).
    `occurred_at` is when it happened, `booked_on` the day in whose month it counts.
    """

    id_prefix = "jen"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="journal_entries")
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=ENTRY_KINDS)
    facts = models.JSONField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=40, blank=True, help_text="Public id of what it is about.")
    occurred_at = models.DateTimeField()
    booked_on = models.DateField()
    posted_at = models.DateTimeField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversal")
    xid = XidField(db_default=models.expressions.RawSQL("pg_current_xact_id()", ()), editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "journal entries"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="journal_entry_key_unique"),
        ]
        indexes = [
            models.Index(fields=["organisation", "booked_on", "id"], name="entries_by_day"),
            models.Index(fields=["source"], name="entries_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class JournalLine(models.Model):
    """A debit (+) or credit (-) of minor units."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    ledger_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="lines")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    tax_code = models.CharField(max_length=20, blank=True)
    cost_centre = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="journal_line_not_zero", condition=~models.Q(amount_minor=0)),
        ]
        indexes = [models.Index(fields=["ledger_account", "id"], name="lines_by_account")]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"


class SessionCharge(PublicModel):
    """The one final price of a session, and the entry that stands for it now.

    One row per transaction: a correction takes the old entry back, posts a new one and moves `entry` on. `attempt` is
    the number of the rating. A session that costs nothing has no entry. `refunded` is what was given back since.
    """

    id_prefix = "chg"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="session_charges")
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="charge")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="charges")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+",
        help_text="Whose budget it counts against.",
    )  # fmt: skip
    attempt = models.PositiveIntegerField(default=1)
    entry = models.OneToOneField(JournalEntry, null=True, on_delete=models.PROTECT, related_name="charge")
    ended_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount = models.JSONField(
        help_text='The price: {"parts": [{"net_minor": 0, "tax_minor": 0, "tax_code": "DE-19"}]}.'
    )
    gross_minor = models.BigIntegerField()
    refunded = models.JSONField(default=dict)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="charge_refunded_at_most_once",
                condition=models.Q(refunded_minor=0)
                | models.Q(refunded_minor__gt=0, refunded_minor__lte=models.F("gross_minor")),
            ),
            models.CheckConstraint(
                name="charge_has_an_entry_unless_free",
                condition=models.Q(gross_minor=0, entry=None) | models.Q(entry__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["account", "-ended_at"], name="charges_by_account")]

    def __str__(self) -> str:
        return f"{self.gross_minor} {self.currency}"
