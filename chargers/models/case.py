"""Cases of the reconciliation desk: what no rule can decide for certain."""

from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import CaseFix, CaseKind, CaseState
from .station import ChargingStation
from .transaction import Transaction


class Case(PublicModel):
    """One thing that is late, double, contradictory or nobody's, with evidence and a proposed fix.

    `key` makes it the same case however often its cause is met again: unique per station and kind. `options` are the
    fixes that are possible, the proposed one first: `[{"fix": "attach", "target": "txn_...", ...}]`.
    """

    id_prefix = "cas"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="cases")
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="cases")
    transaction = models.ForeignKey(Transaction, null=True, on_delete=models.CASCADE, related_name="cases")
    kind = models.CharField(max_length=20, choices=CaseKind)
    key = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=CaseState, default=CaseState.OPEN)
    happened_at = models.DateTimeField(help_text="By our clock: when its cause came in.")
    evidence = models.JSONField(default=dict)
    options = models.JSONField(default=list)

    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=160, blank=True)
    fix = models.CharField(max_length=20, choices=CaseFix, blank=True, help_text="The fix that was applied.")
    reason = models.CharField(max_length=255, blank=True, help_text="Why, in the words of who decided.")
    changes = models.JSONField(default=dict, help_text='What the fix changed: {"before": {}, "after": {}}.')

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "kind", "key"], name="case_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-happened_at", "-id"], name="cases_by_time"),
            models.Index(fields=["organisation"], name="open_cases", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state == CaseState.OPEN
