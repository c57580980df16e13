"""What site hosts get: an agreement for a site, a statement for each month, the sessions it was made of."""

from django.db import models
from django.db.models import F, Q

from chargers.models import Site
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import DocumentFormat, FeeBearer, SettlementState
from .invoice import InvoiceSeries
from .ledger import JournalEntry, SessionCharge
from .party import Party


class SettlementAgreement(PublicModel):
    """What the host of a site gets of its sessions. What was agreed never changes; another share is a new agreement.

    `percent` is of the net revenue, `per_kwh` in the usual unit of `currency`, `monthly_fee_minor` for a whole month.
    A card payment counts as `card_fee_percent` of its amount and `card_fee_minor`. It holds from `valid_from` to
    before `valid_until`, days of the organisation, for the sessions that end in it.
    """

    id_prefix = "sag"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="settlement_agreements"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="settlement_agreements")
    host = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="settlement_agreements")
    currency = models.CharField(max_length=3, help_text="ISO 4217; sessions in another one are not shared.")
    percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    per_kwh = models.DecimalField(max_digits=18, decimal_places=8, default=0)
    monthly_fee_minor = models.PositiveBigIntegerField(default=0)
    fees_borne_by = models.CharField(max_length=8, choices=FeeBearer, default=FeeBearer.OPERATOR)
    card_fee_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    card_fee_minor = models.PositiveBigIntegerField(default=0)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="The first day it no longer holds.")

    class Meta:
        ordering = ["site__name", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=Q(valid_until=None), name="settlement_agreement_one_open"
            ),
            models.CheckConstraint(
                name="settlement_agreement_percent",
                condition=Q(percent__range=(0, 100), card_fee_percent__range=(0, 100), per_kwh__gte=0),
            ),
            models.CheckConstraint(
                name="settlement_agreement_days",
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} for {self.host}"


class Settlement(PublicModel):
    """The statement of a month to a host, made once. `month` is its first day.

    `terms`, `taken` and `components` say why it is so much: what was agreed, what the sessions brought, what follows.
    Number, parties, and the entry in the books are empty until it is agreed; then it is frozen (trigger).
    """

    id_prefix = "stl"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="settlements")
    agreement = models.ForeignKey(SettlementAgreement, on_delete=models.PROTECT, related_name="settlements")
    month = models.DateField()
    state = models.CharField(max_length=6, choices=SettlementState, default=SettlementState.DRAFT)
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    terms = models.JSONField()
    taken = models.JSONField(
        help_text='{"net_minor": 0, "energy_wh": 0, "card_minor": 0, "card_payments": 0}'
    )
    span = models.JSONField(help_text='{"days": 30, "of": 30}')
    components = models.JSONField(help_text='[{"what": "revenue", "exact": "123.4", "minor": 123}]')
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    tax_decision = models.JSONField(help_text="Which rule of the tax table held, with its evidence.")
    tax_code = models.CharField(max_length=20, blank=True)

    series = models.ForeignKey(InvoiceSeries, null=True, on_delete=models.PROTECT, related_name="settlements")
    number = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=40, blank=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_on = models.DateField(null=True)
    agreed_by = models.CharField(max_length=160, blank=True)
    host_snapshot = models.JSONField(default=dict)
    operator_snapshot = models.JSONField(default=dict)
    entry = models.OneToOneField(JournalEntry, null=True, on_delete=models.PROTECT, related_name="settlement")
    paid_on = models.DateField(null=True)
    paid_entry = models.OneToOneField(
        JournalEntry, null=True, on_delete=models.PROTECT, related_name="settlement_paid"
    )

    class Meta:
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="settlement_once_a_month"),
            models.UniqueConstraint(fields=["series", "number"], name="settlement_number_unique"),
            models.CheckConstraint(name="settlement_is_of_a_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="settlement_adds_up", condition=Q(gross_minor=F("net_minor") + F("tax_minor"))
            ),
            models.CheckConstraint(
                name="settlement_agreed_is_whole",
                condition=Q(state="draft", number=None, series=None, entry=None)
                | Q(number__isnull=False, series__isnull=False, agreed_at__isnull=False)
                & (Q(gross_minor=0, net_minor=0) | Q(entry__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.code or f"{self.month:%Y-%m} {self.agreement_id}"


class SettlementLine(models.Model):
    """What a statement says of a session: all of it the first time (`turn` 0), later what changed since the last.

    `attempt` and `refunded_minor` are those of the charge as it stood. The lines of a charge add up to what was told.
    """

    id = models.BigAutoField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="lines")
    charge = models.ForeignKey(SessionCharge, on_delete=models.PROTECT, related_name="settlement_lines")
    turn = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    refunded_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    energy_wh = models.BigIntegerField()
    card_minor = models.BigIntegerField()
    card_payments = models.SmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["charge", "turn"], name="settlement_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.charge_id}/{self.turn}: {self.net_minor}"


class SettlementDocument(models.Model):
    """One form of an agreed statement, as handed out: made once, never changed (trigger). `sha256` is of `content`."""

    id = models.BigAutoField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="documents")
    format = models.CharField(max_length=4, choices=DocumentFormat)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "format"], name="settlement_document_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.format} of {self.settlement_id}"
