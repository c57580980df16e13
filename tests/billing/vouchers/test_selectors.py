"""Every selector of vouchers shows the viewer's own rows, and only with the permission it names."""

from collections.abc import Callable
from typing import Any

from billing import selectors_vouchers as selectors
from cpms.accounts.roles import PERMISSIONS
from cpms.accounts.viewer import Viewer
from cpms.core.actors import SYSTEM
from tests.billing.books.bookkeeping import with_books
from tests.worlds import World

SELECTORS: list[Callable[..., Any]] = [
    found for name, found in vars(selectors).items() if name.endswith("_for")
]


def test_rows_are_seen_by_who_may_and_by_nobody_else(world: World, other_world: World) -> None:
    ours, theirs = (with_books(each).organisation.pk for each in (world, other_world))
    others = frozenset(PERMISSIONS) - {"billing.view"}
    assert len(SELECTORS) == 4
    for selector in SELECTORS:
        mine = selector(Viewer(SYSTEM, {ours: frozenset({"billing.view"})}))
        seen = selector(Viewer(SYSTEM, {theirs: frozenset(PERMISSIONS)}))
        assert not {row.pk for row in mine} & {row.pk for row in seen}, selector
        assert (len(mine), len(seen)) == (1, 1), selector
        assert not selector(Viewer(SYSTEM, {ours: others, theirs: others})).exists(), selector
