"""What was planned for a site."""

from django.db import models

from chargers.models import Site

from ..choices import PlanState


class SitePlan(models.Model):
    """A plan over growing slots. `slots_s` are their starts in seconds after `starts_at`, the last one is the end.

    `powers_w`: by EVSE public id, watts for every slot. `ceiling_w`: how high the chargers together may go, by slot.
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="plans")
    made_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    slots_s = models.JSONField(default=list)
    powers_w = models.JSONField(default=dict)
    ceiling_w = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.OPTIMAL)
    # What went in (building, prices, needs by slot) and what the solver said (seconds, objective, status).
    inputs = models.JSONField(default=dict)
    solver = models.JSONField(default=dict)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["site", "-made_at"], name="plans_by_site")]

    def __str__(self) -> str:
        return f"plan of {self.site_id} at {self.made_at:%F %T}"
