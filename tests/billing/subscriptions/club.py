"""Plans and who has one, all made through the services. Times count from the start of the story's first session."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import time_machine

from billing.choices import BillingMode
from billing.models import Account, EnergyGrant, PlanVersion, Rating, Subscription
from billing.services.invoicing.issuer import issuer_save
from billing.services.ratings.outcome import session_rate
from billing.services.subscriptions.plans import plan_create, version_now, version_publish
from billing.services.subscriptions.subscribing import subscribe
from chargers.models import Transaction
from cpms.core.actors import SYSTEM
from tests.billing.invoicing.office import SELLER
from tests.billing.ratings.story import Story, at

BEFORE = at(-60)
FLEX = {"currency": "EUR", "fee_minor": 1000, "included_wh": 50_000}


@dataclass
class Club:
    """The story's organisation with subscriptions."""

    story: Story

    def __post_init__(self) -> None:
        issuer_save(self.story.world.organisation, SYSTEM, **SELLER)

    def plan(self, name: str = "Flex", **facts: Any) -> PlanVersion:
        """A plan: 10.00 a month without tax, 50 kWh included, unless told otherwise."""
        version = version_now(plan_create(self.story.world.organisation, name, SYSTEM, **{**FLEX, **facts}))
        assert version is not None
        return version

    def next_version(self, version: PlanVersion, **facts: Any) -> PlanVersion:
        return version_publish(version.plan, SYSTEM, **{**FLEX, **facts})

    def member(
        self, version: PlanVersion, mode: BillingMode = BillingMode.POSTPAID, since: datetime = BEFORE
    ) -> Subscription:
        """An account that pays for the world's card and has the plan since then."""
        account = self.story.payer(mode)
        with time_machine.travel(since, tick=False):
            return subscribe(account, version, SYSTEM)

    def session(self, minutes: float, energy_wh: int) -> Rating:
        """A session of an hour that begins so many minutes into the story, rated when it ends."""
        self.ended(minutes, energy_wh)
        return rated(self.story.session)

    def ended(self, minutes: float, energy_wh: int) -> Transaction:
        """The same, not rated yet."""
        self.story.begin(minutes)
        self.story.read(minutes + 30, energy_wh // 2)
        return self.story.end(minutes + 60, energy_wh)


def rated(session: Transaction) -> Rating:
    found = session_rate(session)
    assert found is not None
    return found


def grant_of(account: Account) -> EnergyGrant:
    """The newest grant of an account."""
    found = EnergyGrant.objects.filter(account=account).first()
    assert found is not None
    return found


def percent(text: str) -> dict[str, Any]:
    """A plan that only takes percents off."""
    return {"included_wh": 0, "percent": Decimal(text)}
