"""What was learned about a station from how it behaves."""

from django.db import models

from ..choices import FactKind, fact_is_alarming, fact_sentence
from .station import ChargingStation


class LearnedFact(models.Model):
    """One fact about one station, with what it rests on.

    `evidence` says what was last seen: message ids, times, numbers. A fact that changes starts anew.
    """

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=20, choices=FactKind)
    value = models.CharField(max_length=60)
    evidence = models.JSONField(default=dict)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["station_id", "kind"]
        constraints = [models.UniqueConstraint(fields=["station", "kind"], name="learned_fact_unique")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"

    @property
    def sentence(self) -> str:
        """What it says, for people."""
        return fact_sentence(self.kind, self.value)

    @property
    def is_alarming(self) -> bool:
        """Whether somebody should do something about it."""
        return fact_is_alarming(self.kind, self.value)
