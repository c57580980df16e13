"""Reminding who does not pay: an organisation's rules, a case for each invoice, each level taken once."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from billing.books.dunning import Rung
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import DunningLevel, DunningState
from .account import Account
from .invoice import Invoice
from .ledger import JournalEntry
from .mail import QueuedMail
from .payment import PaymentDispute


class DunningProfile(PublicModel):
    """When customers of an organisation are reminded, and what that costs them.

    Days count from the day an invoice was due; a level without days is left out. Fees are minor units of the invoice's
    currency. Nobody is reminded before it `is_active`.
    """

    id_prefix = "dpr"

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="dunning_profile"
    )
    is_active = models.BooleanField(default=False)
    reminder_days = models.PositiveSmallIntegerField(default=7)
    second_days = models.PositiveSmallIntegerField(default=21)
    block_days = models.PositiveSmallIntegerField(null=True, blank=True, default=35)
    hand_over_days = models.PositiveSmallIntegerField(null=True, blank=True, default=60)
    reminder_fee_minor = models.PositiveIntegerField(default=0)
    second_fee_minor = models.PositiveIntegerField(default=500)
    block_fee_minor = models.PositiveIntegerField(default=0)
    hand_over_fee_minor = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Reminders of {self.organisation}"

    def clean(self) -> None:
        """Each level comes after the one below. Raises ValidationError naming the field."""
        last = 0
        for rung in self.rungs:
            if rung.after_days <= last:
                field = f"{DunningLevel(rung.level).name.lower()}_days"
                raise ValidationError({field: f"must be more than {last}"})
            last = rung.after_days

    @property
    def rungs(self) -> list[Rung]:
        """The levels that are used, the lowest first."""
        names = [level for level in DunningLevel if level != DunningLevel.NONE]
        days = {level: getattr(self, f"{level.name.lower()}_days") for level in names}
        fees = {level: getattr(self, f"{level.name.lower()}_fee_minor") for level in names}
        return [Rung(level, days[level], fees[level]) for level in names if days[level] is not None]


class DunningCase(PublicModel):
    """An invoice that was not paid in time: one row an invoice.

    It ends when the invoice is paid or credited, and begins again, as its next `turn`, when the money is taken back.
    `dispute` is what stopped it by itself; `because` says in words why it is held, disputed or ended.
    """

    id_prefix = "dun"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="dunning_cases")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="dunning_cases")
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="dunning_case")
    state = models.CharField(max_length=8, choices=DunningState, default=DunningState.RUNNING)
    level = models.PositiveSmallIntegerField(choices=DunningLevel, default=DunningLevel.NONE)
    turn = models.PositiveSmallIntegerField(default=0)
    taken_on = models.DateField(null=True, help_text="When the last level was taken.")
    because = models.CharField(max_length=255, blank=True)
    dispute = models.ForeignKey(PaymentDispute, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="dunning_case_ended_when_ended",
                condition=Q(state=DunningState.ENDED, ended_at__isnull=False)
                | (~Q(state=DunningState.ENDED) & Q(ended_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"], name="dunning_blocks", condition=Q(state="running", level__gte=3)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.get_level_display()}"


class DunningStep(QueuedMail):
    """A level that was taken, once a turn: what was open then, its fee in the books and on an invoice, its mail."""

    id_prefix = "dst"

    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="steps")
    turn = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(choices=DunningLevel)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=160)
    open_minor = models.BigIntegerField()
    fee_minor = models.PositiveIntegerField()
    fee_entry = models.OneToOneField(
        JournalEntry, null=True, on_delete=models.PROTECT, related_name="dunning_step"
    )
    fee_invoice = models.OneToOneField(
        Invoice, null=True, on_delete=models.PROTECT, related_name="dunning_step"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "turn", "level"], name="dunning_step_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="dunning_mails_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} of {self.case_id}"
