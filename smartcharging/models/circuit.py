"""The wires of a site: circuits with limits, and which EVSE hangs on which lines."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chargers.models import Evse, Site
from cpms.core.models import PublicModel

from ..engine import network


def all_lines() -> list[int]:
    """Three lines, not rotated."""
    return [0, 1, 2]


class Circuit(PublicModel):
    """A fuse, a board or the grid connection. A site has one without parent: the root.

    `limit_a` holds for each of L1, L2, L3 in ampere; `limit_w` bounds the three together; `unbalance_a` bounds the
    difference between any two lines.
    """

    id_prefix = "cir"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="circuits")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    name = models.CharField(max_length=120)
    limit_a = ArrayField(models.FloatField(), size=3)
    limit_w = models.FloatField(null=True, blank=True)
    unbalance_a = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["site_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="circuit_name_unique"),
            models.UniqueConstraint(
                fields=["site"], name="circuit_root_unique", condition=models.Q(parent=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def wired(self) -> network.Circuit:
        """The circuit as plan and fill know it, under its public id."""
        parent = None if self.parent is None else self.parent.public_id
        lines: Any = tuple(self.limit_a)
        return network.Circuit(self.public_id, parent, lines, self.limit_w, self.unbalance_a)


class Outlet(models.Model):
    """How an EVSE is wired: its circuit, and the site's lines behind its own L1, L2, L3 (0, 1, 2 in any order).

    `between`: connected between two lines instead of lines and neutral. A DC charger (`direct_current`) draws
    `loss` watts for one watt delivered, and is controlled in watts.
    """

    evse = models.OneToOneField(Evse, primary_key=True, on_delete=models.CASCADE, related_name="outlet")
    circuit = models.ForeignKey(Circuit, on_delete=models.PROTECT, related_name="outlets")
    lines = ArrayField(models.PositiveSmallIntegerField(), size=3, default=all_lines)
    between = models.BooleanField(default=False)
    direct_current = models.BooleanField(default=False)
    volts = models.FloatField(default=network.model.STAR_VOLTS)
    loss = models.FloatField(default=1.0)
    minimum_a = models.FloatField(default=6.0)
    maximum_a = models.FloatField(default=32.0)
    step_a = models.FloatField(default=1.0)

    class Meta:
        ordering = ["evse_id"]

    def __str__(self) -> str:
        return f"{self.evse} on {self.circuit}"

    @property
    def wired(self) -> network.Outlet:
        """The outlet as plan and fill know it, under the EVSE's public id."""
        return network.Outlet(
            id=self.evse.public_id, circuit=self.circuit.public_id, lines=tuple(self.lines),
            between=self.between, volts=self.volts, minimum_a=self.minimum_a, maximum_a=self.maximum_a,
            step_a=self.step_a, loss=self.loss,
        )  # fmt: skip
