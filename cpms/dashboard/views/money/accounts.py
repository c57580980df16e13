"""Accounts: the list, one with its money and everything that hangs on it, its lines in the books."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from billing.books.chart import Purpose
from billing.choices import AccountRole, BillingMode
from billing.filters.accounts import AccountFilter
from billing.models import Account, JournalLine, VoucherRedemption
from billing.selectors.accounts import (
    account_groups_for,
    account_memberships_for,
    account_tags_for,
    accounts_with_money,
)
from billing.selectors.books import journal_lines_for, session_charges_for
from billing.selectors.payments import payment_methods_for
from billing.selectors.subscriptions import subscriptions_for
from billing.selectors.vouchers import voucher_redemptions_for
from billing.services.vouchers.redeeming import REDEEMING
from billing.services.vouchers.words import left_text
from chargers.selectors.tags import id_tag_groups_for, id_tags_for
from cpms.core import clock

from ... import listing
from ...access import OperatorRequest, page
from ...forms.accounts import (
    AccountMemberForm,
    LinkGroupForm,
    LinkTagForm,
    TransferForm,
)
from ...forms.vouchers import RedeemForm
from ...money import frame

ASKED = ("search", "mode", "closed")
_STATES = (("false", "Open"), ("true", "Closed"), ("all", "All"))
_SHOWN, _MOST_TAGS = 10, 200


@page("billing.view", "money")
def accounts(request: OperatorRequest) -> HttpResponse:
    """The list: search, mode, state and page in the address; open ones unless asked otherwise."""
    asked = {name: listing.text(request, name, 60) for name in ASKED}
    asked["closed"] = asked["closed"] or "false"
    query = {name: value for name, value in asked.items() if (name, value) != ("closed", "all")}
    rows = AccountFilter(query, accounts_with_money(request.viewer)).qs
    context = frame(request, "accounts") | {
        "page": listing.paginate(request, rows),
        "asked": asked,
        "modes": BillingMode.choices,
        "states": _STATES,
        "filtered": any(asked[name] for name in ASKED if name != "closed") or asked["closed"] != "false",
    }
    return render(request, "dashboard/accounts.html", context)


def account_or_404(request: OperatorRequest, public_id: str) -> Account:
    """The viewer's account with its money. Raises Http404."""
    return get_object_or_404(accounts_with_money(request.viewer), public_id=public_id)


@page("billing.view", "money")
def account(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One account."""
    return account_shown(request, account_or_404(request, public_id))


def account_shown(request: OperatorRequest, found: Account, **forms: Any) -> HttpResponse:
    """The page of an account; `forms` are those that were sent and refused."""
    context = frame(request, "accounts") | _belongings(request, found) | _forms(request, found) | forms
    return render(request, "dashboard/account.html", context, status=422 if forms else 200)


def _belongings(request: OperatorRequest, found: Account) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "account": found,
        "rows": lines_told(_lines(request, found)[:_SHOWN]),
        "charges": session_charges_for(viewer).filter(account=found).select_related("transaction__station")[:_SHOWN],
        "members": account_memberships_for(viewer).filter(account=found),
        "roles": AccountRole.choices,
        "tags": account_tags_for(viewer).filter(account=found).select_related("member")[:_MOST_TAGS],
        "groups": account_groups_for(viewer).filter(account=found),
        "subscription": subscriptions_for(viewer).filter(account=found).exclude(ends_at__lte=clock.now()).first(),
        "methods": payment_methods_for(viewer).filter(account=found, removed_at=None),
        "vouchers": _vouchers(request, found),
    }  # fmt: skip


def _vouchers(request: OperatorRequest, found: Account) -> list[tuple[VoucherRedemption, str]]:
    """The last ones it redeemed, each with what is left of it."""
    rows = voucher_redemptions_for(request.viewer).filter(account=found)[:_SHOWN]
    return [(row, left_text(row)) for row in rows]


def _forms(request: OperatorRequest, found: Account) -> dict[str, Any]:
    its = {"organisation": found.organisation_id}
    members = account_memberships_for(request.viewer).filter(account=found)
    return {
        "member_form": AccountMemberForm(found.currency, prefix="member"),
        "tag_form": LinkTagForm(members, prefix="tag"),
        "group_form": LinkGroupForm(id_tag_groups_for(request.viewer).filter(**its), prefix="group"),
        "transfer_form": TransferForm(found, prefix="transfer", initial={"on": timezone.localdate()}),
        "voucher_form": RedeemForm(prefix="voucher") if found.billing_mode in REDEEMING else None,
        "known_tags": id_tags_for(request.viewer).filter(**its)[:_MOST_TAGS],
    }


def _lines(request: OperatorRequest, found: Account) -> Any:
    return journal_lines_for(request.viewer).filter(ledger_account__account=found)


def lines_told(lines: Iterable[JournalLine]) -> list[dict[str, Any]]:
    """Lines as their holder sees them: money into the wallet is positive, so is what is owed."""
    return [
        {
            "entry": line.entry,
            "wallet_minor": -line.amount_minor if line.ledger_account.purpose == Purpose.WALLET else None,
            "owed_minor": line.amount_minor if line.ledger_account.purpose == Purpose.RECEIVABLE else None,
        }
        for line in lines
    ]


@page("billing.view", "money")
def account_lines(request: OperatorRequest, public_id: str) -> HttpResponse:
    """All its lines in the books, the newest first."""
    found = account_or_404(request, public_id)
    shown = listing.paginate(request, _lines(request, found))
    context = frame(request, "accounts") | {
        "account": found,
        "page": shown,
        "rows": lines_told(shown.object_list),
    }
    return render(request, "dashboard/account_lines.html", context)
