"""Everything we know of a driver, as one JSON document he can take with him (GDPR art. 15 and 20)."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Model, Q, QuerySet

from billing.models import Invoice, JournalLine, PaymentIntent, Subscription, VoucherRedemption
from billing.services.ratings import words
from chargers.models import Authorization
from cpms.accounts.models import User
from cpms.core import clock
from cpms.core.models import AuditLine

from .history import Row, card_label, rows_of
from .models import Driver, FreeWish, Profile
from .selectors import cards_of, claims_of, drivers_of, favourites_of, problems_of, sessions_of, vehicles_of
from .subscriptions import subscriptions_of
from .vouchers import vouchers_of

FORMAT = "cpms driver data, 1"


def everything_of(user: User) -> dict[str, Any]:
    """One document; JSON values only, times in ISO 8601 UTC, amounts in minor units of their currency."""
    drivers = list(drivers_of(user))
    return {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "person": _person(user),
        "accounts": [_account(driver) for driver in drivers],
        "subscriptions": [_subscription(one) for one in subscriptions_of(user)],
        "vouchers": [_voucher(one) for one in vouchers_of(user)],
        "sessions": [_session(row) for row in rows_of(sessions_of(user))],
        "cards": _facts(cards_of(user), "public_id", "uid", "label", "status", "created_at"),
        "cards_asked_for": _facts(
            claims_of(user), "public_id", "uid", "label", "state", "asked_at", "read_at"
        ),
        "cards_read": _readings(user),
        "vehicles": _facts(
            vehicles_of(user), "public_id", "name", "battery_wh", "plug", "max_ac_w", "max_dc_w"
        ),
        "favourites": [one.site.name for one in favourites_of(user)],
        "waited_for": _waits(user),
        "problems": [
            {
                "at": one.happened_at.isoformat(),
                "station": one.station.label,
                "answer": one.reason,
                **one.evidence,
            }
            for one in problems_of(user)
        ],
        "acts": _facts(AuditLine.objects.filter(actor_user=user).order_by("id"), "at", "action", "subject"),
    }


def _facts(rows: Iterable[Model] | QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    return [{name: _value(getattr(row, name)) for name in names} for row in rows]


def _value(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | dict | list | None) else value.isoformat()


def _subscription(one: Subscription) -> dict[str, Any]:
    """A plan of his, with what each month cost and gave."""
    months = [
        _facts([month], "number", "starts_at", "ends_at", "currency", "gross_minor")[0]
        | {name: getattr(getattr(month, "grant", None), name, 0) for name in ("granted_wh", "used_wh")}
        for month in one.periods.all()
    ]
    told = _facts([one], "public_id", "starts_at", "ends_at", "cancelled_at")[0]
    return told | {"plan": one.version.plan.name, "months": months}


def _voucher(one: VoucherRedemption) -> dict[str, Any]:
    """A voucher that was redeemed, and what sessions got of it."""
    told = _facts([one], "public_id", "starts_at", "ends_at", "currency", "granted_minor", "given_minor")[0]
    return told | {"campaign": one.campaign.name, "code": one.code.code}


def _person(user: User) -> dict[str, Any]:
    profile = Profile.objects.filter(user=user).first()
    return {
        "id": user.public_id,
        "name": user.get_full_name(),
        "email": user.email,
        "joined_at": user.date_joined.isoformat(),
        "locale": profile.locale if profile else "",
        "time_zone": profile.time_zone if profile else "",
        "addresses": _facts(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "sign_ins": _facts(
            UserSession.objects.filter(user=user), "created_at", "last_seen_at", "ip", "user_agent"
        ),
        "passkeys_and_second_factors": _facts(Authenticator.objects.filter(user=user), "type", "created_at"),
    }


def _account(driver: Driver) -> dict[str, Any]:
    account = driver.account
    lines = JournalLine.objects.filter(ledger_account__account=account).select_related("entry")
    paid = PaymentIntent.objects.filter(account=account).order_by("id")
    return {
        "operator": driver.organisation.name,
        "account": account.public_id,
        "name": account.name,
        "billing_mode": account.billing_mode,
        "currency": account.currency,
        "holder": _facts([account.party], "legal_name", "street", "postal_code", "city", "country", "email")[
            0
        ],
        "bookings": [
            {
                "at": line.entry.occurred_at.isoformat(),
                "kind": line.entry.kind,
                "amount_minor": line.amount_minor,
            }
            for line in lines.order_by("id")
        ],
        "payments": _facts(
            paid,
            "public_id",
            "purpose",
            "state",
            "currency",
            "captured_minor",
            "refunded_minor",
            "created_at",
        ),
        "invoices": _facts(
            Invoice.objects.filter(account=account), "public_id", "code", "issued_on", "payable_minor"
        ),
    }


def _session(row: Row) -> dict[str, Any]:
    session, price = row.session, row.price
    return {
        "id": session.public_id,
        "operator": session.station.organisation.name,
        "station": session.station.label,
        "card": card_label(session),
        "started_at": session.started_at.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "energy_wh": row.energy_wh,
        "cost_minor": price.gross_minor if price else None,
        "currency": price.currency if price else "",
        "price": [
            {"title": one.title, "text": one.sentence, "amount": one.amount} for one in words.lines(price)
        ]
        if price
        else [],
    }


def _readings(user: User) -> list[dict[str, Any]]:
    """When and where his cards and his phone were read, and what we answered."""
    mine = Q(id_tag__payer__member=user)
    rows = Authorization.objects.filter(mine).select_related("station").order_by("id")
    return [
        {"at": row.at.isoformat(), "station": row.station.label, "answer": row.status, "reason": row.reason}
        for row in rows
    ]


def _waits(user: User) -> list[dict[str, Any]]:
    rows = FreeWish.objects.filter(user=user).select_related("station")
    return [
        {"station": row.station.label, "made_at": _value(row.made_at), "told_at": _value(row.told_at)}
        for row in rows
    ]
