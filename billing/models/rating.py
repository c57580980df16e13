"""What sessions cost: the tariff agreed at the start, and every rating made of it. Triggers freeze outcomes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from chargers.models import IdTag, IdTagGroup, Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import OUTCOMES, RatingState
from .account import Account
from .tariff import TariffAssignment, TariffVersion


class AccountTag(PublicModel):
    """Whose account pays for the sessions of an ID tag, and whose budget they count against."""

    id_prefix = "act"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tags")
    id_tag = models.OneToOneField(IdTag, on_delete=models.CASCADE, related_name="payer")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.id_tag} pays from {self.account}"


class AccountGroup(PublicModel):
    """Whose account pays for a whole group of ID tags: for each of them that has no payer of its own."""

    id_prefix = "acg"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tag_groups")
    group = models.OneToOneField(IdTagGroup, on_delete=models.CASCADE, related_name="payer")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.group} pays from {self.account}"


class PriceAgreement(PublicModel):
    """The tariff version and the payer that were settled when a session began.

    Whatever is published, assigned or linked later, the session keeps them. `inputs` is what the choice was made from;
    when a late message changes it before there is an outcome, the choice is made again.
    """

    id_prefix = "agr"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="price_agreements")
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="price_agreement")
    version = models.ForeignKey(TariffVersion, null=True, on_delete=models.PROTECT, related_name="agreements")
    assignment = models.ForeignKey(
        TariffAssignment, null=True, on_delete=models.SET_NULL, related_name="agreements"
    )
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="agreements")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    inputs = models.JSONField(help_text='{"started_at": "...", "evse_no": 1, "id_tag": "tag_..."}')
    choice = models.JSONField(
        help_text='{"tariff": "...", "version": 1, "assignment": "tra_...", "considered": [{"tariff", "reason", ...}]}'
    )
    agreed_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.version or 'no tariff'} for {self.transaction}"


class Rating(PublicModel):
    """One price of a session with everything it was made of.

    Attempt 0 is the estimate, made again with each reading; the others never change but for their state. `facts` is
    the evidence as canonical JSON and `result` the engine's answer to it: the same engine makes the same bytes of them.
    Amounts are minor units of `currency`; all are empty where no tariff applied or nothing could be rated.
    """

    id_prefix = "rtg"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ratings")
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="ratings")
    attempt = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RatingState)
    version = models.ForeignKey(TariffVersion, null=True, on_delete=models.PROTECT, related_name="ratings")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="ratings")
    choice = models.JSONField(help_text="Which tariff, and why this one: as in the agreement.")
    engine = models.CharField(max_length=20, blank=True)
    input_hash = models.CharField(max_length=64, blank=True)
    facts = models.TextField(help_text="What was known of the session, as canonical JSON.")
    result = models.TextField(blank=True, help_text="The engine's answer, as canonical JSON.")
    flags = models.JSONField(default=list, help_text="What was odd about the meter.")
    doubts = models.JSONField(default=list, help_text='Why it is held: [{"code": "meter", "detail": "..."}].')
    energy_wh = models.BigIntegerField(help_text="Billable, to the nearest Wh.")
    ended_at = models.DateTimeField(help_text="Until when it is priced.")
    currency = models.CharField(max_length=3, blank=True)
    amount = models.JSONField(default=dict, help_text="As in SessionCharge.")
    net_minor = models.BigIntegerField(null=True)
    tax_minor = models.BigIntegerField(null=True)
    gross_minor = models.BigIntegerField(null=True)
    rated_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    reason = models.CharField(max_length=255, blank=True, help_text="In the words of who decided.")
    checked_at = models.DateTimeField(help_text="When late evidence was last looked for.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "attempt"], name="rating_attempt_unique"),
            models.UniqueConstraint(
                fields=["transaction"], condition=Q(state__in=[s.value for s in OUTCOMES]), name="rating_one_outcome"
            ),
            models.UniqueConstraint(
                fields=["transaction"], condition=Q(state=RatingState.PROPOSED), name="rating_one_proposal"
            ),
            models.CheckConstraint(
                name="rating_estimate_is_attempt_zero",
                condition=Q(state=RatingState.ESTIMATE, attempt=0) | ~Q(state=RatingState.ESTIMATE) & Q(attempt__gt=0),
            ),
            models.CheckConstraint(
                name="rating_final_has_a_price",
                condition=~Q(state=RatingState.FINAL) | Q(gross_minor__isnull=False, version__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "state", "-id"], name="ratings_by_state"),
            models.Index(
                fields=["checked_at"], name="ratings_to_check", condition=Q(state__in=[s.value for s in OUTCOMES])
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.state} {self.gross_minor} {self.currency}"

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to decide."""
        return self.state in (RatingState.HELD, RatingState.PROPOSED)


class EventCursor(models.Model):
    """How far a reader of the outbox has come: `place` is a cursor of `cpms.core.outbox`."""

    name = models.CharField(max_length=40, primary_key=True)
    place = models.CharField(max_length=45)

    def __str__(self) -> str:
        return f"{self.name} at {self.place}"
