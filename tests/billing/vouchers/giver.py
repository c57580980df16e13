"""Campaigns and who redeemed one, all made through the services. Times count from the start of the story's session."""

from dataclasses import dataclass
from typing import Any

import time_machine

from billing.choices import BillingMode
from billing.models import Account, Rating, VoucherCampaign, VoucherRedemption
from billing.services.ratings.outcome import session_rate
from billing.services.vouchers.campaigns import campaign_create
from billing.services.vouchers.redeeming import voucher_redeem
from chargers.models import Transaction
from cpms.core.actors import SYSTEM
from tests.billing.ratings.story import Story, at

BEFORE = at(-60)
DAY = 24 * 60
FIVE = {"kind": "credit", "amount_minor": 500}
TEN_KWH = {"kind": "energy", "energy_wh": 10_000}
TENTH = {"kind": "percent", "percent": 10}


@dataclass
class Giver:
    """The story's organisation with vouchers; its tariff is 0.50 a kWh and 19 %: 10 kWh are 5.95."""

    story: Story

    def campaign(self, name: str = "Spring", **facts: Any) -> VoucherCampaign:
        """A campaign with the code of its name: 5.00 for each account, for a month, unless told otherwise."""
        if not facts.get("count"):
            facts = {"code": name, **facts}
        kind = {} if "kind" in facts else FIVE
        times = {"starts_at": at(-DAY), "ends_at": at(30 * DAY)}
        with time_machine.travel(at(-DAY), tick=False):
            return campaign_create(
                self.story.world.organisation,
                SYSTEM,
                name=name,
                **{"currency": "EUR", **times, **kind, **facts},
            )

    def redeem(self, account: Account, code: str = "Spring", minutes: float = -60) -> VoucherRedemption:
        with time_machine.travel(at(minutes), tick=False):
            return voucher_redeem(account, code, SYSTEM)

    def given(self, mode: BillingMode = BillingMode.POSTPAID, **facts: Any) -> VoucherRedemption:
        """What a new account that pays for the world's card redeemed an hour before the session."""
        campaign = self.campaign(**facts)
        return self.redeem(self.story.payer(mode), campaign.name)

    def session(self, minutes: float, energy_wh: int) -> Rating:
        """A session of an hour that begins so many minutes into the story, rated when it ends."""
        return rated(self.ended(minutes, energy_wh))

    def ended(self, minutes: float, energy_wh: int) -> Transaction:
        """The same, not rated yet."""
        self.story.begin(minutes)
        self.story.read(minutes + 30, energy_wh // 2)
        return self.story.end(minutes + 60, energy_wh)


def rated(session: Transaction) -> Rating:
    found = session_rate(session)
    assert found is not None
    return found


def fresh(redemption: VoucherRedemption) -> VoucherRedemption:
    return VoucherRedemption.objects.select_related("grant", "account").get(pk=redemption.pk)
