"""Public ids."""

import re

import pytest
import time_machine

from cpms.accounts.models import Organisation
from cpms.core.ids import public_id


def test_an_id_names_its_kind_and_is_safe_in_urls() -> None:
    assert re.fullmatch(r"cst_[0-9A-HJKMNP-TV-Z]{26}", public_id("cst"))


def test_ids_sort_by_time_of_birth() -> None:
    ids = []
    for moment in (
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.001Z",
        "2027-06-01T12:00:00Z",
        "2099-01-01T00:00:00Z",
    ):
        with time_machine.travel(moment, tick=False):
            ids.append(public_id("txn"))
    assert ids == sorted(ids)


def test_ids_of_the_same_moment_differ() -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        assert len({public_id("txn") for _ in range(2000)}) == 2000


@pytest.mark.django_db
def test_a_row_keeps_the_id_it_was_made_with() -> None:
    made = Organisation.objects.create(name="A", slug="a")
    assert Organisation.objects.get().public_id == made.public_id
    assert Organisation.objects.only("name").get().public_id == made.public_id
