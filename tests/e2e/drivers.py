"""Something of everything that a driver has: the demo's owner charges his own car too."""

import json

from .stack import Stack

FURNISH = """
import json
from billing.models import CardEntry, Invoice, PaymentIntent, PriceAgreement
from billing.services.payments.opening import Means, top_up
from billing.services.books.postings import Told, top_up_captured
from billing.services.ratings.agreements import agreement_for
from billing.services.ratings.payers import tag_pay_from
from chargers.models import ChargingStation, Transaction
from chargers.services.tags.id_tags import id_tag_create
from chargers.stickers import evse_of
from cpms.accounts.models import User
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.drivers.choices import ProblemKind
from cpms.drivers.services.cards import card_ask
from cpms.drivers.services.joining import driver_join_at
from cpms.drivers.services.person import vehicle_add
from cpms.drivers.services.problems import Problem, problem_report
from cpms.drivers.services.starting import session_start
from cpms.drivers.services.wishes import favourite_add, wish_make

user, evse = User.objects.get(email={email!r}), evse_of({code!r})
driver = driver_join_at(user, evse)
top_up_captured(driver.account, "fake", 20_000, Told(clock.now(), "for the pages"))
waiting = top_up(driver.account, 2000, Means(email=user.email), SYSTEM)
card = id_tag_create(driver.organisation, SYSTEM, uid="04A2B3C4D5E6F7", label="Key ring")
tag_pay_from(card, driver.account, SYSTEM, member=user)
claim = card_ask(driver, evse, "04A2B3C4D5E6F8", "Spare key")
session = Transaction.objects.filter(organisation=driver.organisation).exclude(price_agreement=None).latest("id")
PriceAgreement.objects.filter(transaction=session).update(member=user)
place = ChargingStation.objects.filter(organisation=driver.organisation, site__isnull=False).first()
favourite_add(user, place.site)
wish = wish_make(user, place)
problem_report(evse, Problem(ProblemKind.SLOW, "3 kW only", user), session)
entry = CardEntry.objects.create(
    organisation=driver.organisation, account=driver.account, user=user, provider="fake", form_ref="cs_pages",
    action_url="https://checkout.example/pay",
)
declined = PaymentIntent.objects.create(
    organisation=driver.organisation, account=driver.account, purpose="invoice", provider="fake", currency="USD",
    requested_minor=100, state="failed", wish="release", failure="the bank declined the card",
    invoice=Invoice.objects.filter(organisation=driver.organisation).first(),
)
print("FURNISHED " + json.dumps({{
    "/my/wallet/": driver.account.public_id, "/my/top-ups/": waiting.public_id,
    "/my/starts/": session_start(driver, evse).public_id, "/my/sessions/": session.public_id,
    "/my/subscription/": "none", "/my/bills/": "none",
    "/my/cards/": card.public_id, "/my/places/": place.site.public_id, "/my/stations/": place.public_id,
    "/my/card-entries/": entry.public_id, "/my/bill-payments/": declined.public_id,
    "/my/wishes/": wish.public_id, "/my/payment-cards/": "none",
    "/my/vehicles/": vehicle_add(user, name="Blue one", battery_wh=58_000, plug="ccs").public_id,
    "/tags/asked/": claim.public_id,
}}))
"""


def furnish_driver(stack: Stack, code: str) -> dict[str, str]:
    """Ids by the address before them; `code` is that of a free charger with a price."""
    owner = next(user["email"] for user in stack.demo["users"] if user["email"].startswith("owner@"))
    told = stack.manage("shell", "-c", FURNISH.format(email=owner, code=code))
    made: dict[str, str] = json.loads(told.partition("FURNISHED ")[2].splitlines()[0])
    return made
