"""Books for the organisations of tests that look at everything."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import time_machine

from billing.choices import (
    BillingMode,
    DocumentKind,
    HomeRateKind,
    KeySource,
    PartyKind,
    TaxCategory,
    VoucherKind,
)
from billing.models import (
    Account,
    CardEntry,
    DunningCase,
    DunningStep,
    EnergyGrant,
    EnergyUse,
    Invoice,
    InvoiceDocument,
    PaymentMethod,
    ReceiptMail,
    SpendingStop,
    VatCheck,
    VoucherUse,
)
from billing.services.accounts.parties import account_open, party_create
from billing.services.books.charges import session_charge
from billing.services.books.periods import period_close
from billing.services.dunning.rules import rules_set
from billing.services.home.making import reimbursement_make
from billing.services.home.stations import home_add
from billing.services.invoicing.invoices import Item, Supply, invoice_draft, invoice_issue
from billing.services.invoicing.series import series_open
from billing.services.payments.opening import HoldAmount, Means, session_pay
from billing.services.ratings.payers import group_pay_from, tag_pay_from
from billing.services.ratings.running import session_estimate
from billing.services.settlements.agreements import agreement_make
from billing.services.settlements.making import settlement_make
from billing.services.signatures.keys import key_add
from billing.services.signatures.records import records_take
from billing.services.subscriptions.plans import plan_create
from billing.services.subscriptions.subscribing import subscribe
from billing.services.tariffs.market import prices_put, series_create
from billing.services.tariffs.versions import draft_save, family_create, tariff_assign
from billing.services.vouchers.campaigns import campaign_create
from billing.services.vouchers.redeeming import voucher_redeem
from chargers.domain import Place
from chargers.ocpp.readings import Sampled, reading
from chargers.services.transactions.meter import readings_store
from chargers.simulator.signing import SigningMeter
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .shop import DE_19, german

TARIFF = '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.45,"vat":19}]}]}'


def with_books(world: World) -> World:
    """One of every row of billing; not for tests that commit (`shop.books_empty` says why)."""
    tariff = family_create(world.organisation, f"{world.mark} tariff", SYSTEM)
    draft_save(tariff, TARIFF, SYSTEM)
    tariff_assign(tariff, SYSTEM, valid_from=clock.now())
    facts = {"legal_name": f"{world.mark} party", "country": "DE"}
    party = party_create(world.organisation, SYSTEM, kind=PartyKind.OPERATOR, **facts)
    account = account_open(
        party,
        SYSTEM,
        world.owner,
        name=f"{world.mark} account",
        billing_mode=BillingMode.POSTPAID,
        currency="EUR",
    )
    charge = session_charge(world.transaction, account, german(1190), clock.now())
    today = clock.now().date()
    item = Item(
        f"{world.mark} session",
        1190,
        1000,
        TaxCategory.STANDARD,
        Decimal(19),
        DE_19,
        charge=charge,
        entry=charge.entry,
    )
    series_open(party, DocumentKind.INVOICE, today.year, SYSTEM, prefix=f"{world.mark}-")
    invoice = invoice_issue(invoice_draft(account, party, "first", [item], Supply(today, today)), SYSTEM)
    InvoiceDocument.objects.create(
        invoice=invoice, format="html", content=f"<p>{world.mark}".encode(), sha256=sha256().hexdigest(), size=9,
        made_at=clock.now(),
    )  # fmt: skip
    ReceiptMail.objects.create(
        organisation=world.organisation, transaction=world.transaction, to=f"{world.mark}@example.com".lower()
    )
    tag_pay_from(world.tag, account, SYSTEM)
    group_pay_from(world.group, account, SYSTEM)
    _signed(world)
    session_estimate(world.transaction)
    PaymentMethod.objects.create(
        organisation=world.organisation, account=account, provider="fake", label=f"{world.mark} card",
        provider_ref=f"pm-{world.mark}",
    )  # fmt: skip
    CardEntry.objects.create(
        organisation=world.organisation, account=account, provider="fake", form_ref=f"cs-{world.mark}"
    )
    means = Means(method_ref="fake_visa", email=f"{world.mark}@example.com".lower())
    session_pay(world.station, 1, means, SYSTEM, amount=HoldAmount(5000, "EUR"))
    SpendingStop.objects.create(
        organisation=world.organisation, transaction=world.transaction, account=account, rule="budget",
        asked_at=clock.now(), left_minor=5, running_minor=595,
        currency="EUR",
    )  # fmt: skip
    series = series_create(
        world.organisation, SYSTEM, name=f"{world.mark} day ahead", currency="EUR", time_zone="Europe/Berlin"
    )
    prices_put(series, [(clock.now().replace(minute=0, second=0, microsecond=0), Decimal("0.08"))], SYSTEM)
    _subscribed(world, account)
    _given(world, account)
    period_close(world.organisation, today - timedelta(days=400), SYSTEM)
    _settled(world)
    _reminded(invoice)
    return world


def _reminded(invoice: Invoice) -> None:
    """Rules of reminding, and an invoice that was reminded of."""
    owner, now = invoice.organisation, clock.now()
    rules_set(owner, SYSTEM)
    case = DunningCase.objects.create(
        organisation=owner, account=invoice.account, invoice=invoice, opened_at=now, level=1, because="",
    )  # fmt: skip
    DunningStep.objects.create(
        case=case, turn=0, level=1, taken_at=now, taken_by="test", open_minor=1190, fee_minor=0,
        to=f"{invoice.code.partition('-')[0]}@example.com".lower(), state="sent",
    )  # fmt: skip


def _settled(world: World) -> None:
    """A site host, what was agreed with it, and the statement of the last month."""
    last_month = (clock.now().date().replace(day=1) - timedelta(days=1)).replace(day=1)
    facts = {"legal_name": f"{world.mark} host", "country": "DE"}
    host = party_create(world.organisation, SYSTEM, kind=PartyKind.SITE_HOST, **facts)
    VatCheck.objects.create(
        organisation=world.organisation, party=host, vat_id="DE136695976", answer="valid", asked_at=clock.now(),
        name=f"{world.mark} host", told_by="test",
    )  # fmt: skip
    agreement = agreement_make(world.site, host, SYSTEM, currency="EUR", percent=20, valid_from=last_month)
    settlement_make(agreement, last_month, SYSTEM)
    account = Account.objects.filter(
        organisation=world.organisation, billing_mode=BillingMode.POSTPAID
    ).earliest("pk")
    rate = (HomeRateKind.CONTRACT, Decimal("0.3"))
    home_add(world.station, account, world.owner, rate, last_month, SYSTEM)
    reimbursement_make(account, last_month, SYSTEM)


def _subscribed(world: World, account: Account) -> None:
    """A plan of the account, and what a session used of the energy that it includes."""
    facts = {"currency": "EUR", "fee_minor": 0, "included_wh": 50_000}
    plan = plan_create(world.organisation, f"{world.mark} plan", SYSTEM, **facts)
    subscribe(account, plan.versions.get(), SYSTEM)
    grant = EnergyGrant.objects.get(account=account)
    EnergyUse.objects.create(grant=grant, transaction=world.transaction, used_wh=0)


def _given(world: World, account: Account) -> None:
    """A voucher of the account that is over, and a session that got nothing of it."""
    before, end = clock.now() - timedelta(days=3), clock.now() - timedelta(days=2)
    with time_machine.travel(before, tick=False):
        campaign_create(
            world.organisation, SYSTEM, name=f"{world.mark} vouchers", kind=VoucherKind.CREDIT, amount_minor=500,
            currency=account.currency, starts_at=before, ends_at=end, code=f"{world.mark}26", sites=[world.site],
        )  # fmt: skip
        redemption = voucher_redeem(account, f"{world.mark}26", SYSTEM)
    VoucherUse.objects.create(redemption=redemption, transaction=world.transaction, minor=0)


def _signed(world: World) -> None:
    """A signed value of the world's session, and the key of its meter."""
    meter = SigningMeter(f"{world.mark} meter")
    key_add(
        world.station, SYSTEM, public_key=meter.public_key, source=KeySource.LABEL, meter_serial=meter.serial
    )
    text = meter.record("Transaction.Begin", world.transaction.started_at, 1_000)
    value = reading(world.transaction.started_at, [Sampled(text, encoding="SignedData")])
    assert value is not None
    readings_store(world.source, Place(1, 1), [value], world.transaction)
    records_take(world.transaction)
