"""Something of everything in the product, for the pages that show one thing."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cpms.core import clock
from tests import pki
from tests.gateway.process import eventually

from .drivers import furnish_driver
from .energy import energy
from .stack import Stack
from .yard import Yard

UNKNOWN = "CALLS-IN-VAIN"


def newest(stack: Stack, path: str) -> str:
    """The id of the first row of a list of the API."""
    results: list[dict[str, Any]] = stack.api("GET", path)["results"]
    return str(results[0]["id"])


def furnish(stack: Stack, yard: Yard) -> dict[str, str]:
    """Stations that charge, fault and are gone; a command; an unknown caller. Ids by the address before them."""
    station = _happenings(stack, yard)
    _knock(yard)
    return {
        **_tariff(stack, station),
        **_portal(stack, yard),
        **_asked(stack, station),
        **_files(stack, station),
        **_secure(stack, station),
        **_lists(stack),
        **energy(stack, station),
        "/meter-keys/": _meter_key(stack, station),
        "/stations/": station,
        **_account(stack),
        **_invoice(stack),
        **_host(stack, station),
        **_home(stack, station),
        **_plan(stack),
        **_vouchers(stack),
        "/transactions/": newest(stack, "transactions?open=true"),
        "action": "ChangeConfiguration",
        "name": "status",
        "key": "expired",
        "uidb36": "1",
        "pk": "1",
    }


def _happenings(stack: Stack, yard: Yard) -> str:
    """One station charges and is paid for, another has a fault. Gives the first one's id."""
    old, new = (
        yard.connect(spare["identity"], spare["password"], spare["version"])
        for spare in stack.demo["stations"]
    )
    stack.manage("seed_demo_money")
    stack.manage("seed_demo_drivers")
    yard.charge(old, readings=5)
    stack.manage("rate_sessions", "--most", "20")
    yard.run(new.fault(1))
    return newest(stack, f"stations?search={old.identity}")


def _asked(stack: Stack, station: str) -> dict[str, str]:
    """A command, one that waits, one for many stations, and a reservation."""
    clear = {"action": "ClearCache", "payload": {}}
    stack.api("POST", f"stations/{station}/commands", clear, Prefer="wait=10")
    later = (clock.now() + timedelta(hours=2)).isoformat()
    stack.api("POST", "reservations", {"station": station, "uid": "TAG-001", "expires_at": later})
    stack.api("POST", "bulk-commands", {"stations": [station], "request": "heartbeat"})
    waiting = {"action": "Reset", "payload": {"type": "Soft"}, "not_before": later}
    scheduled = stack.api("POST", f"stations/{station}/scheduled-commands", waiting)
    return {
        "/commands/": newest(stack, "commands"),
        "/reservations/": newest(stack, "reservations"),
        "/bulk/": newest(stack, "bulk-commands"),
        "/scheduled/": scheduled["id"],
    }


def _meter_key(stack: Stack, station: str) -> str:
    """A key that somebody read off the meter of the station."""
    made = generate_private_key(SECP256R1()).public_key()
    text = made.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()
    told = stack.api("POST", f"stations/{station}/meter-keys", {"public_key": text, "source": "label"})
    return str(told["id"])


# The first row of these lists of the API is what the page behind the address is looked at with.
LISTS = {
    "/maintenance/templates/": "configuration-templates",
    "/maintenance/pushes/": "configuration-pushes",
    "/maintenance/lists/": "local-lists",
    "/cases/": "cases",
    "/money/payments/": "payments",
    "/money/prices/": "ratings",
    "/tags/": "id-tags",
    "/sites/": "sites",
    "/settings/members/": "members",
    "/settings/keys/": "api-keys",
    "/stations/unknown/": "unknown-stations",
}


def _lists(stack: Stack) -> dict[str, str]:
    return {address: newest(stack, path) for address, path in LISTS.items()}


def _secure(stack: Stack, station: str) -> dict[str, str]:
    """An authority, a root, and a client certificate that a station asked for."""
    authority = stack.api("POST", "certificate-authorities", {})
    root = {"name": "Server root", "use": "CentralSystemRootCertificate", "certificate": pki.root().pem}
    added = stack.api("POST", "root-certificates", root)
    install = {"action": "install_root", "root": added["id"]}
    stack.api("POST", f"stations/{station}/certificates", install)
    stack.api("POST", f"stations/{station}/certificates", {"action": "request"})
    issued = eventually(lambda: stack.api("GET", "certificates")["results"])
    return {
        "/settings/certificates/": issued[0]["id"],
        "/settings/certificates/authority/": authority["id"],
        "/settings/roots/": added["id"],
        "/crl/": authority["id"],
    }


def _tariff(stack: Stack, station: str) -> dict[str, str]:
    """A tariff with a published version, a draft after it, and a place."""
    price = {"type": "ENERGY", "price": 0.39, "vat": 19, "step_size": 1}
    document = {"currency": "EUR", "tax_included": "YES", "elements": [{"price_components": [price]}]}
    tariff = stack.api("POST", "tariffs", {"name": "Guests", "document": document})
    stack.api("POST", f"tariff-versions/{tariff['draft']}/publish", {})
    draft = stack.api(
        "POST", f"tariffs/{tariff['id']}/draft", {"document": document, "preauthorise_minor": 5000}
    )
    place = stack.api(
        "POST", "tariff-assignments", {"tariff": tariff["id"], "scope": "station", "station": station}
    )
    return {
        "/money/tariffs/": tariff["id"],
        "/money/tariffs/versions/": draft["id"],
        "/money/tariffs/assignments/": place["id"],
    }


def _account(stack: Stack) -> dict[str, str]:
    """A wallet with money, a card and a group."""
    holder = {"kind": "driver", "legal_name": "Eva Jansen", "country": "NL"}
    wallet = {"name": "Family Jansen", "billing_mode": "prepaid", "currency": "EUR", "holder": holder}
    account = stack.api("POST", "accounts", wallet)["id"]
    paid = {"what": "wallet", "amount_minor": 5000, "reference": "scene", "on": "2026-01-05"}
    stack.api("POST", f"accounts/{account}/transfers", paid)
    tag = stack.api("POST", f"accounts/{account}/tags", {"id_tag": newest(stack, "id-tags")})
    group = stack.api("POST", f"accounts/{account}/groups", {"group": newest(stack, "id-tag-groups")})
    return {
        "/money/accounts/": account,
        "/money/account-tags/": tag["id"],
        "/money/account-groups/": group["id"],
        "/money/account-members/": account,
        "/money/cards/": account,
    }


def _invoice(stack: Stack) -> dict[str, str]:
    """The fleet, which has no invoice yet, gets one: due at once, and reminded of."""
    fleet = stack.api("GET", "accounts?search=Mill+Street")["results"][0]["id"]
    for _ in range(20):  # its sessions are somewhere among those of ninety days
        if stack.api("GET", f"accounts/{fleet}")["owed_minor"]:
            break
        stack.manage("rate_sessions", "--most", "20")
    stack.api("PATCH", f"accounts/{fleet}", {"payment_terms_days": 0})
    made = stack.api("POST", f"accounts/{fleet}/invoice", {})["id"]
    case = stack.api("POST", "dunning-cases", {"invoice": made})["id"]
    stack.api("POST", f"dunning-cases/{case}/advance", {"level": "reminder"})
    return {"/money/invoices/": made, "/money/reminders/": case, "form": "html"}


def _plan(stack: Stack) -> dict[str, str]:
    """A plan that somebody has."""
    told = {"currency": "EUR", "fee_minor": 1000, "included_wh": 50000, "rebate_per_kwh": "0.05"}
    plan = stack.api("POST", "subscription-plans", {"name": "Flex", **told})["id"]
    holder = {"kind": "driver", "legal_name": "Tom Berg", "country": "DE"}
    wallet = {"name": "Tom Berg", "billing_mode": "prepaid", "currency": "EUR", "holder": holder}
    account = stack.api("POST", "accounts", wallet)["id"]
    has = stack.api("POST", "subscriptions", {"account": account, "plan": plan})
    return {"/money/plans/": plan, "/money/subscriptions/": has["id"]}


def _vouchers(stack: Stack) -> dict[str, str]:
    """A campaign of which every account with a wallet of its currency redeemed something."""
    told = {"name": "Spring", "kind": "credit", "currency": "EUR", "amount_minor": 500, "code": "SPRING26"}
    told |= {"starts_at": clock.now().isoformat(), "ends_at": (clock.now() + timedelta(days=30)).isoformat()}
    campaign = stack.api("POST", "voucher-campaigns", told)["id"]
    for account in stack.api("GET", "accounts?mode=prepaid&closed=false")["results"]:
        if account["currency"] == told["currency"]:
            stack.api("POST", "vouchers", {"account": account["id"], "code": "spring26"})
    return {"/money/vouchers/": campaign}


def _host(stack: Stack, station: str) -> dict[str, str]:
    """The host of the station's site gets a share, told for the last month."""
    told = {"kind": "site_host", "legal_name": "Market Estates", "country": "DE", "vat_id": "DE136695976"}
    host = stack.api("POST", "parties", told)["id"]
    last = (clock.now().date().replace(day=1) - timedelta(days=1)).replace(day=1)
    share = {
        "host": host,
        "currency": "EUR",
        "percent": "20",
        "per_kwh": "0.02",
        "valid_from": last.isoformat(),
    }
    site = stack.api("GET", f"stations/{station}")["site"]
    agreement = stack.api("POST", "settlement-agreements", {"site": site, **share})["id"]
    made = stack.api("POST", f"settlement-agreements/{agreement}/settlements", {"month": f"{last:%Y-%m}"})
    return {
        "/money/parties/": host,
        "/money/hosts/": host,
        "/money/hosts/agreements/": agreement,
        "/money/settlements/": made["id"],
    }


def _home(stack: Stack, station: str) -> dict[str, str]:
    """The station stands at an employee's home; nothing was charged there in the last month."""
    email = stack.api("GET", "members")["results"][0]["email"]
    holder = {"kind": "company", "legal_name": "Green Furniture", "country": "DE"}
    facts = {"name": "Green Furniture", "billing_mode": "postpaid", "currency": "EUR", "holder": holder}
    account = stack.api("POST", "accounts", facts)["id"]
    stack.api("POST", f"accounts/{account}/members", {"email": email, "role": "owner"})
    last = (clock.now().date().replace(day=1) - timedelta(days=1)).replace(day=1)
    rate = {"kind": "contract", "per_kwh": "0.31", "valid_from": last.isoformat()}
    home = stack.api(
        "POST", "home-stations", {"station": station, "account": account, "employee": email, **rate}
    )
    told = stack.api("POST", f"accounts/{account}/reimbursements", {"month": f"{last:%Y-%m}"})
    return {"/money/homes/": home["id"], "/money/reimbursements/": told["id"]}


def _files(stack: Stack, station: str) -> dict[str, str]:
    """The demo's signed firmware, a campaign with it, its manufacturer's root, a log asked of the station."""
    firmware = newest(stack, "firmware-files")
    made = {"name": "Spring", "firmware": firmware, "wave_sizes": [1, 5], "max_failures": 1}
    campaign = stack.api("POST", "firmware-campaigns", made)
    log = stack.api("POST", f"stations/{station}/log-requests", {"kind": "diagnostics"})
    return {
        "/maintenance/firmware/": firmware,
        "/maintenance/firmware/roots/": newest(stack, "manufacturer-roots"),
        "/maintenance/campaigns/": campaign["id"],
        "/maintenance/updates/": newest(stack, f"firmware-campaigns/{campaign['id']}/updates"),
        "/maintenance/logs/": log["id"],
        "act": "pause",
    }


def _portal(stack: Stack, yard: Yard) -> dict[str, str]:
    """A sticker of a free charger, and the visit of a guest who has not paid yet."""
    _, station = yard.new("GUEST-DOOR")
    sticker: str = stack.api("GET", f"stations/{station}")["evses"][0]["driver_page"]
    browser = build_opener(HTTPCookieProcessor())
    page = browser.open(sticker).read().decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    filled = urlencode({"csrfmiddlewaretoken": token, "email": "guest@example.com"}).encode()
    visit = browser.open(Request(sticker, filled, {"Referer": sticker})).url
    code = sticker.rpartition("/")[2]
    return {"code": code, "token": visit.rpartition("/")[2], **furnish_driver(stack, code)}


def _knock(yard: Yard) -> None:
    """Somebody calls whom nobody registered."""
    try:
        yard.connect(UNKNOWN, "a password nobody knows")
    except ConnectionError:
        return
    raise AssertionError("an unknown station got in")
