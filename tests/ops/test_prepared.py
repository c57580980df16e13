"""What a later start may leave out."""

from pathlib import Path

import pytest

from cpms.ops.supervisor.announce import demo_file
from cpms.ops.supervisor.child import ChildError
from cpms.ops.supervisor.plan import Addresses, Product
from cpms.ops.supervisor.prepared import fingerprint, prepare


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """A project whose `manage.py` always fails: whoever runs it is noticed."""
    (tmp_path / "chargers" / "migrations").mkdir(parents=True)
    (tmp_path / "chargers" / "migrations" / "0001_initial.py").write_text("first = 1\n")
    (tmp_path / "manage.py").write_text("raise SystemExit('it was run')\n")
    (tmp_path / "var").mkdir()
    demo_file(tmp_path / "var").write_text("{}")
    return Product(tmp_path, tmp_path / "var", Addresses(), {}, demo=True)


def prepared(product: Product) -> None:
    (product.var / "prepared").write_text(fingerprint(product.root, demo=product.demo))


async def test_what_the_last_start_prepared_is_not_prepared_again(product: Product) -> None:
    prepared(product)
    assert await prepare(product, {}, may_skip=True) == {}


async def test_a_database_of_somebody_else_is_always_migrated(product: Product) -> None:
    prepared(product)
    with pytest.raises(ChildError, match=r"manage.py migrate(.|\n)*it was run"):
        await prepare(product, {}, may_skip=False)


async def test_a_new_migration_is_applied(product: Product) -> None:
    prepared(product)
    (product.root / "chargers" / "migrations" / "0002_more.py").write_text("second = 2\n")
    with pytest.raises(ChildError, match="it was run"):
        await prepare(product, {}, may_skip=True)


async def test_lost_sign_ins_are_made_again(product: Product) -> None:
    prepared(product)
    demo_file(product.var).unlink()
    with pytest.raises(ChildError, match="it was run"):
        await prepare(product, {}, may_skip=True)


async def test_a_preparation_that_failed_is_tried_again(product: Product) -> None:
    for _ in range(2):
        with pytest.raises(ChildError, match="it was run"):
            await prepare(product, {}, may_skip=True)


def test_the_demo_and_an_empty_installation_are_two_preparations(product: Product) -> None:
    assert fingerprint(product.root, demo=True) != fingerprint(product.root, demo=False)
