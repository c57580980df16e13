"""One organisation never sees, changes or hears of another: every address and socket, tried as the other one."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.apps import apps
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from billing.models import (
    Account,
    AccountGroup,
    AccountMembership,
    AccountTag,
    CardEntry,
    DatevSettings,
    DunningCase,
    DunningProfile,
    DunningStep,
    EnergyGrant,
    EnergyUse,
    HomeRate,
    HomeStation,
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    InvoiceSeries,
    JournalEntry,
    JournalLine,
    LedgerAccount,
    LedgerBalance,
    MeterKey,
    Party,
    PaymentCall,
    PaymentDispute,
    PaymentIntent,
    PaymentMethod,
    PlanVersion,
    PostingPeriod,
    PriceAgreement,
    PricePoint,
    PriceSeries,
    ProviderEvent,
    Rating,
    ReceiptMail,
    Refund,
    Reimbursement,
    ReimbursementLine,
    SessionCharge,
    Settlement,
    SettlementAgreement,
    SettlementDocument,
    SettlementLine,
    SignedRecord,
    SpendingStop,
    Subscription,
    SubscriptionPeriod,
    SubscriptionPlan,
    TariffAssignment,
    TariffFamily,
    TariffVersion,
    TaxLine,
    VatCheck,
    VoucherCampaign,
    VoucherCode,
    VoucherRedemption,
    VoucherUse,
)
from chargers.models import (
    Authorization,
    BulkCommand,
    BulkItem,
    Case,
    CertificateAuthority,
    ChargingStation,
    Command,
    ConfigurationPush,
    ConfigurationTemplate,
    FirmwareCampaign,
    FirmwareFile,
    FirmwarePolicy,
    FirmwareUpdate,
    IdTag,
    IdTagGroup,
    InstalledCertificate,
    LearnedFact,
    LocalList,
    LogRequest,
    ManufacturerRoot,
    MessageExchange,
    MeterValue,
    PushResult,
    RefusedHandshake,
    Reservation,
    RootCertificate,
    ScheduledCommand,
    SecurityChange,
    SecurityEvent,
    Site,
    StationCertificate,
    StationConfiguration,
    StationList,
    StationSetting,
    StrayFileReport,
    Transaction,
    TransferLink,
)
from cpms.accounts.models import ApiKey, Membership, Organisation
from cpms.core import live
from cpms.drivers.models import CardClaim, Driver, Favourite, FreeWish
from smartcharging.models import (
    FleetNeed,
    ForeignProfile,
    LimitEvent,
    LoadMinute,
    LoadReading,
    MeterStanding,
    Need,
    NeedDefault,
    SiteMeter,
    VisitDigest,
)
from tests.billing.books.bookkeeping import with_books
from tests.drivers import own_ids, with_driver
from tests.lookups import NOTHING, Lookups, table_of
from tests.worlds import World

# Everything an organisation owns, and how it hangs on it.
OWNED: dict[type[Model], str] = {
    ApiKey: "organisation",
    Authorization: "station__organisation",
    BulkCommand: "organisation",
    BulkItem: "station__organisation",
    Case: "organisation",
    ChargingStation: "organisation",
    Command: "station__organisation",
    ConfigurationPush: "organisation",
    ConfigurationTemplate: "organisation",
    LocalList: "organisation",
    PushResult: "station__organisation",
    StationConfiguration: "station__organisation",
    StationList: "station__organisation",
    StationSetting: "station__organisation",
    FirmwareCampaign: "organisation",
    FirmwareFile: "organisation",
    FirmwarePolicy: "station__organisation",
    FirmwareUpdate: "station__organisation",
    IdTag: "organisation",
    IdTagGroup: "organisation",
    LogRequest: "station__organisation",
    ManufacturerRoot: "organisation",
    Membership: "organisation",
    LearnedFact: "station__organisation",
    MessageExchange: "station__organisation",
    MeterValue: "station__organisation",
    Organisation: "pk",
    RefusedHandshake: "station__organisation",
    Reservation: "organisation",
    ScheduledCommand: "station__organisation",
    Site: "organisation",
    StrayFileReport: "station__organisation",
    Transaction: "organisation",
    TransferLink: "organisation",
    CertificateAuthority: "organisation",
    InstalledCertificate: "station__organisation",
    RootCertificate: "organisation",
    SecurityChange: "station__organisation",
    SecurityEvent: "organisation",
    StationCertificate: "organisation",
    FleetNeed: "organisation",
    ForeignProfile: "station__organisation",
    LimitEvent: "site__organisation",
    LoadMinute: "meter__site__organisation",
    LoadReading: "meter__site__organisation",
    MeterStanding: "meter__site__organisation",
    Need: "transaction__organisation",
    NeedDefault: "organisation",
    SiteMeter: "site__organisation",
    VisitDigest: "organisation",
    Account: "organisation",
    AccountMembership: "account__organisation",
    AccountGroup: "account__organisation",
    DatevSettings: "organisation",
    DunningCase: "organisation",
    DunningProfile: "organisation",
    DunningStep: "case__organisation",
    EnergyGrant: "organisation",
    EnergyUse: "grant__organisation",
    PlanVersion: "plan__organisation",
    Subscription: "organisation",
    SubscriptionPeriod: "subscription__organisation",
    SubscriptionPlan: "organisation",
    VoucherCampaign: "organisation",
    VoucherCode: "organisation",
    VoucherRedemption: "organisation",
    VoucherUse: "redemption__organisation",
    AccountTag: "account__organisation",
    SpendingStop: "organisation",
    PriceAgreement: "organisation",
    PricePoint: "series__organisation",
    PriceSeries: "organisation",
    Rating: "organisation",
    Invoice: "organisation",
    InvoiceDocument: "invoice__organisation",
    InvoiceLine: "invoice__organisation",
    InvoiceSeries: "organisation",
    JournalEntry: "organisation",
    JournalLine: "entry__organisation",
    LedgerAccount: "organisation",
    LedgerBalance: "ledger_account__organisation",
    Party: "organisation",
    CardEntry: "organisation",
    PaymentCall: "intent__organisation",
    PaymentDispute: "intent__organisation",
    PaymentIntent: "organisation",
    PaymentMethod: "organisation",
    PostingPeriod: "organisation",
    ProviderEvent: "intent__organisation",
    ReceiptMail: "organisation",
    Refund: "intent__organisation",
    SessionCharge: "organisation",
    VatCheck: "organisation",
    HomeRate: "home__organisation",
    HomeStation: "organisation",
    Reimbursement: "organisation",
    ReimbursementLine: "reimbursement__organisation",
    Settlement: "organisation",
    SettlementAgreement: "organisation",
    SettlementDocument: "settlement__organisation",
    SettlementLine: "settlement__organisation",
    MeterKey: "organisation",
    SignedRecord: "organisation",
    TariffAssignment: "organisation",
    TariffFamily: "organisation",
    TariffVersion: "family__organisation",
    TaxLine: "invoice__organisation",
    Driver: "organisation",
    CardClaim: "driver__organisation",
    Favourite: "site__organisation",
    FreeWish: "station__organisation",
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# Signing out ends the walk; nothing of an organisation is behind it.
SKIPPED = {"account_logout"}
# One-time tokens of sign-in and of drivers' e-mail addresses and passwords: an unknown one is told so kindly, with 200.
ONE_TIME = ("/accounts/", "/my/email/", "/my/password/")
Ask = Callable[[str], HttpResponse]


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Every route of the site as (name, template); those written as regular expressions by their group names."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern) and entry.name not in SKIPPED:
            yield entry.name or "", re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", path)


ROUTES = sorted(set(addresses(get_resolver())))
# A walk takes a minute; in parts, workers share it.
PARTS = 8
in_parts = pytest.mark.parametrize("part", range(PARTS))


def filled(template: str, ids: list[str]) -> list[str]:
    """The addresses a route has when its parameters are these ids; just itself when it has none."""
    if not PARAMETER.search(template):
        return [template]
    return [PARAMETER.sub(i, template) for i in ids]


def belongings(world: World) -> dict[str, list[Any]]:
    """All rows of an organisation, as they stand."""
    return {
        model.__name__: list(
            model._default_manager.filter(**{path: world.organisation.pk}).order_by("pk").values()
        )
        for model, path in OWNED.items()
    }


@pytest.fixture
def alpha(db: None) -> World:
    return with_driver(with_books(World("ALPHA").furnish()))


@pytest.fixture
def beta(db: None) -> World:
    return with_driver(with_books(World("BETA").furnish()))


def ids_of(world: World) -> list[str]:
    """One of every kind: an address looks at all ids of a kind alike."""
    return list({name.partition("_")[0]: name for name in reversed(all_ids_of(world))}.values())


def all_ids_of(world: World) -> list[str]:
    named = (world.case, world.station, world.transaction, world.command, world.tag, world.group, world.site)
    later = (world.reservation, world.bulk, world.scheduled, world.template, world.push, world.local_list)
    secure = (world.certificate, world.root, world.alert, world.rotation)
    accounts = (*secure, world.membership, world.api_key, world.organisation)
    files = (world.firmware, world.firmware_update, world.firmware_campaign, world.log_request)
    tariffs = [
        *TariffFamily.objects.filter(organisation=world.organisation),
        *TariffVersion.objects.filter(family__organisation=world.organisation),
        *TariffAssignment.objects.filter(organisation=world.organisation),
    ]
    tariffs += PriceSeries.objects.filter(organisation=world.organisation)
    tariffs += MeterKey.objects.filter(organisation=world.organisation)
    told = (world.site_meter, world.fleet_need, world.need_default, world.limit_event, world.foreign_profile)
    rows = (*named, *later, *files, world.manufacturer_root, *accounts, *tariffs, *told)
    prices = Rating.objects.filter(organisation=world.organisation)
    payments = PaymentIntent.objects.filter(organisation=world.organisation)
    books = [
        *Account.objects.filter(organisation=world.organisation),
        *AccountMembership.objects.filter(account__organisation=world.organisation),
        *AccountTag.objects.filter(account__organisation=world.organisation),
        *AccountGroup.objects.filter(account__organisation=world.organisation),
        *PaymentMethod.objects.filter(organisation=world.organisation),
        *CardEntry.objects.filter(organisation=world.organisation),
        *Invoice.objects.filter(organisation=world.organisation),
        *SubscriptionPlan.objects.filter(organisation=world.organisation),
        *Subscription.objects.filter(organisation=world.organisation),
        *VoucherCampaign.objects.filter(organisation=world.organisation),
        *VoucherRedemption.objects.filter(organisation=world.organisation),
        *SettlementAgreement.objects.filter(organisation=world.organisation),
        *Settlement.objects.filter(organisation=world.organisation),
        *HomeStation.objects.filter(organisation=world.organisation),
        *Reimbursement.objects.filter(organisation=world.organisation),
        *DunningCase.objects.filter(organisation=world.organisation),
        *Party.objects.filter(organisation=world.organisation),
    ]
    return [
        world.station.identity,
        *(row.public_id for row in (*rows, *prices, *payments, *books)),
        *own_ids(world),
    ]


def check(response: HttpResponse, method: str, url: str, alpha: World, named: bool) -> None:
    """Nothing of alpha in the answer, and an address that names something of alpha leads nowhere."""
    where = f"{method} {url} answered {response.status_code}"
    body = b"".join(response) if response.streaming else response.content
    text = body.decode(errors="replace") + str(response.headers)
    leaks = [secret for secret in alpha.secrets() if secret in text and secret not in url]
    assert not leaks, f"{where} with {leaks}"
    assert response.status_code < 500, where
    if named:
        assert is_door(response) or response.status_code >= 400, where


def is_door(response: HttpResponse) -> bool:
    """Whether somebody was turned away, whatever the address names."""
    to_sign_in = response.status_code == 302 and "/login" in response["Location"]
    return to_sign_in or response.status_code == 405


def named_by(template: str, alpha: World, ids: list[str]) -> list[str]:
    """What an address is filled with: every id of alpha; in the back office the keys of alpha's rows of its model."""
    if "<path:object_id>" not in template or "content_type" in template:
        return ids
    model = apps.get_model(*template.split("/")[2:4])
    rows = model._default_manager.all()
    if model in OWNED:
        rows = rows.filter(**{OWNED[model]: alpha.organisation.pk})
    return [str(key) for key in rows.values_list("pk", flat=True)[:5]] or ["1"]


def walk(client: Client, alpha: World, part: int, methods: tuple[str, ...], **options: Any) -> int:
    """Ask for every address of a part with every id of alpha that it looks for; how many requests that took."""
    ids, count = ids_of(alpha), 0
    for _, template in ROUTES[part::PARTS]:
        named = bool(PARAMETER.search(template)) and not template.startswith(ONE_TIME)
        names = named_by(template, alpha, ids)
        for method in methods:
            ask = partial(getattr(client, method), **options)
            for url in looked_for(ask, template, names):
                check(ask(url), method, url, alpha, named)
                count += 1
    return count


def looked_for(ask: Ask, template: str, names: list[str]) -> list[str]:
    """The address with every id of the kinds it looks for.

    Asked for an id that nothing has, it shows where it looks. Who is turned away before it looks anywhere is turned
    away whatever the id. Where it looks at none of these kinds, or not by a query, all of them are tried.
    """
    if not PARAMETER.search(template):
        return [template]
    with Lookups() as lookups:
        answer = ask(PARAMETER.sub(NOTHING, template))
    if not lookups.tables and (is_door(answer) or answer.status_code in {401, 403}):
        return filled(template, names[:1])
    rows = [name for name in names if table_of(name) in lookups.tables]
    return filled(template, rows or names)


def test_the_walk_knows_the_whole_site() -> None:
    names = {name for name, _ in ROUTES}
    assert {"station", "transaction", "command", "meter-values", "live", "account_login", "healthz"} <= names


@in_parts
def test_a_person_of_another_organisation_finds_nothing_anywhere(
    alpha: World, beta: World, part: int
) -> None:
    before = belongings(alpha)
    client = Client()
    client.force_login(beta.owner)
    assert "BETA-1" in client.get("/stations/").content.decode()
    assert walk(client, alpha, part, ("get", "post")) > len(ROUTES) / PARTS
    assert "BETA-1" in client.get("/stations/").content.decode(), "signed out on the way"
    assert belongings(alpha) == before


@in_parts
def test_a_key_of_another_organisation_finds_nothing_anywhere(alpha: World, beta: World, part: int) -> None:
    client = Client(headers={"Authorization": f"Bearer {beta.key()}"})
    assert "BETA-1" in client.get("/api/v1/stations").content.decode()
    before = belongings(alpha)
    walk(client, alpha, part, ("get", "post", "patch", "put", "delete"), content_type="application/json")
    assert belongings(alpha) == before


@in_parts
def test_nobody_finds_nothing_anywhere(alpha: World, part: int) -> None:
    walk(Client(), alpha, part, ("get", "post"))


@pytest.mark.django_db(transaction=True)
async def test_a_page_of_another_organisation_hears_nothing() -> None:
    from asgiref.sync import sync_to_async

    alpha, beta = await sync_to_async(lambda: (World("ALPHA").furnish(), World("BETA").furnish()))()
    socket = await sync_to_async(_socket)(beta)
    assert (await socket.connect())[0]
    station, connector = await sync_to_async(_names)(alpha)
    await socket.send_json_to({"type": "watch", "keys": [f"tile:{connector}", f"station:{station}", "board"]})
    await live.send(alpha.organisation.pk, {"stations": [station]})
    assert await socket.receive_nothing(1.5)
    await live.send(
        beta.organisation.pk, {"stations": [station], "transactions": [alpha.transaction.public_id]}
    )
    heard = "" if await socket.receive_nothing(2.5) else await socket.receive_from()
    assert not [secret for secret in await sync_to_async(alpha.secrets)() if secret in heard]
    await socket.disconnect()


def _socket(world: World) -> WebsocketCommunicator:
    from cpms.asgi import application

    client = Client()
    client.force_login(world.owner)
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    headers = [(b"cookie", cookie), (b"origin", b"http://testserver"), (b"host", b"testserver")]
    return WebsocketCommunicator(application, "/ws/live/", headers=headers)


def _names(world: World) -> tuple[str, str]:
    connector = world.station.evses.get().connectors.get()
    return world.station.public_id, connector.public_id
