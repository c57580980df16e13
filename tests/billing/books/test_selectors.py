"""Every selector of the books shows the viewer's own rows, and only with the permission it names."""

from collections.abc import Callable
from typing import Any

import pytest

from billing import selectors
from billing.services.exports.months import datev_set
from cpms.accounts.roles import PERMISSIONS
from cpms.accounts.viewer import Viewer
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .bookkeeping import with_books

NAMES = (
    "parties_for", "accounts_for", "account_memberships_for", "ledger_accounts_for", "journal_entries_for",
    "journal_lines_for", "posting_periods_for", "session_charges_for", "invoice_series_for", "invoices_for",
    "invoice_lines_for", "tax_lines_for", "tariff_families_for", "tariff_versions_for", "tariff_assignments_for",
    "account_tags_for", "account_groups_for", "price_agreements_for", "ratings_for", "payments_for",
    "payment_methods_for", "invoice_documents_for", "receipt_mails_for", "spending_stops_for",
    "datev_settings_for", "price_series_for",
)  # fmt: skip
SELECTORS: list[Callable[..., Any]] = [getattr(selectors, name) for name in NAMES]


def test_rows_of_the_books_are_seen_by_who_may_and_by_nobody_else(world: World, other_world: World) -> None:
    ours, theirs = _all_books(world), _all_books(other_world)
    others = frozenset(PERMISSIONS) - {"billing.view"}
    for selector in SELECTORS:
        assert selector(Viewer(SYSTEM, {ours: frozenset({"billing.view"})})).count() > 0, selector
        assert selector(Viewer(SYSTEM, {ours: others, theirs: others})).count() == 0, selector
        seen = selector(Viewer(SYSTEM, {theirs: frozenset(PERMISSIONS)}))
        assert world.mark not in repr(list(seen.values())), selector
        assert seen.count() > 0, selector


def _all_books(world: World) -> int:
    owner = with_books(world).organisation
    datev_set(owner, SYSTEM, consultant=1001, client=7, account_digits=4, accounts={"revenue": "8200"})
    return owner.pk


def test_every_selector_of_the_books_is_tested() -> None:
    known = {
        name
        for name, found in vars(selectors).items()
        if name.endswith("_for") and found.__module__ == selectors.__name__
    }
    # A choice among `ratings_for`, which is tested.
    assert set(NAMES) == known - {"undecided_for"}


@pytest.mark.parametrize("code", ["receivable", "revenue", "output_tax"])
def test_ledger_accounts_carry_their_balance(world: World, code: str) -> None:
    viewer = Viewer(SYSTEM, {with_books(world).organisation.pk: frozenset({"billing.view"})})
    found = selectors.ledger_accounts_for(viewer).get(purpose=code)
    assert found.balance_minor == {"receivable": 1190, "revenue": -1000, "output_tax": -190}[code]
