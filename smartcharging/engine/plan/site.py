"""What the whole site imposes on every slot: price, peak, limits, and its own surplus."""

from dataclasses import dataclass

import numpy as np

from smartcharging.engine.plan.grid import Floats
from smartcharging.engine.plan.model import Flags, Outlook


@dataclass(frozen=True)
class Site:
    """Arrays of shape (slots,), in kW and money per kWh.

    `net_kw` is building less sun. Where it can fall below zero (`surplus`), energy for cars costs what it would have
    fetched, and imported energy the difference on top; elsewhere all of it is imported.
    """

    net_kw: Floats
    least_kw: Floats
    most_kw: Floats
    price: Floats
    feed_in: Floats
    surplus: Flags
    outlook: Outlook

    @property
    def marginal(self) -> Floats:
        """What a kWh more costs before imports are counted."""
        marginal: Floats = np.where(self.surplus, self.feed_in, self.price)
        return marginal

    @property
    def so_far_kw(self) -> float:
        """The peak that is paid anyway."""
        demand = self.outlook.demand
        return max(demand.so_far_w, demand.target_w) / 1000 if demand else 0.0

    @property
    def can_peak(self) -> Flags:
        """Where a new peak is possible."""
        can: Flags = self.net_kw + self.most_kw > self.so_far_kw
        return can & (self.outlook.demand is not None)

    def room_kw(self, limit_w: Floats | None) -> Floats:
        """What a limit leaves cars; infinite without one."""
        if limit_w is None:
            return np.full(len(self.net_kw), np.inf)
        return np.asarray(limit_w) / 1000 - self.net_kw


def site(outlook: Outlook, most_kw: Floats, least_kw: Floats, before: Flags | None = None) -> Site:
    """The site of an outlook, with how much all cars together can draw and give back in each slot.

    `before`: where imports were counted apart in the last programme. A feed-in price above the price of energy is not
    believed: it would pay to buy and sell at once.
    """
    nothing = np.zeros(len(outlook.price))
    building = nothing if outlook.building_w is None else outlook.building_w
    sun = nothing if outlook.pv_w is None else outlook.pv_w
    net_kw = (building - sun) / 1000
    price = np.asarray(outlook.price, dtype=np.float64)
    feed_in = np.minimum(nothing if outlook.feed_in is None else outlook.feed_in, price)
    surplus = (net_kw - least_kw < 0) & (price > feed_in)
    surplus = surplus if before is None else surplus | before
    return Site(net_kw, least_kw, most_kw, price, feed_in, surplus, outlook)
