"""What smart charging is told from outside."""

from datetime import timedelta
from functools import cached_property

from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.limits.taking import limit_set
from smartcharging.inputs.metering.meters import meter_create
from smartcharging.inputs.metering.store import readings_store
from smartcharging.inputs.needs.saying import need_set
from smartcharging.inputs.needs.usual import fleet_need_set, need_default_set
from smartcharging.meters import Sample
from smartcharging.models import FleetNeed, ForeignProfile, LimitEvent, Need, NeedDefault, SiteMeter

from .ground import Ground


class Told(Ground):
    """What smart charging is told from outside."""

    @cached_property
    def site_meter(self) -> SiteMeter:
        """A meter that has said something and was not believed once."""
        meter = meter_create(
            self.site, SYSTEM, name=f"{self.mark} meter", driver="push", secret=f"{self.mark}-pw"
        )
        said = [Sample({"l1_a": 10.0, "l2_a": 8.0, "l3_a": amps}) for amps in (6.0, 1e7)]
        readings_store(meter, said, clock.now())
        return meter

    @cached_property
    def need(self) -> Need:
        return need_set(self.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=12_345)

    @cached_property
    def fleet_need(self) -> FleetNeed:
        return fleet_need_set(self.tag, SYSTEM, departs_at=clock.now() + timedelta(hours=9))

    @cached_property
    def need_default(self) -> NeedDefault:
        return need_default_set(self.group, SYSTEM, energy_wh=9876)

    @cached_property
    def foreign_profile(self) -> ForeignProfile:
        """What somebody else installed at the station."""
        body = {"purpose": "tx_default", "unit": "A", "steps": [[0, 9.0, None]]}
        return ForeignProfile.objects.create(
            station=self.station, evse_no=1, number=4, purpose="tx_default", source="CSO", body=body,
            seen_at=clock.now(),
        )  # fmt: skip

    @cached_property
    def limit_event(self) -> LimitEvent:
        until = clock.now() + timedelta(hours=2)
        limit, _ = limit_set(self.site, f"{self.mark} grid", "D-1", SYSTEM, limit_w=4200.0, ends_at=until)
        return limit
