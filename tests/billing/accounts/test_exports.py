"""The books of a month for others: every line, once, in a form that programs read and spreadsheets do not run."""

import csv
import io
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.datev.batch import Booking, Entry, Head, Side, batch, bookings
from billing.datev.columns import COLUMNS
from billing.models import DatevSettings, JournalLine, PostingPeriod
from billing.services.accounts.bank import Transfer, bank_receive
from billing.services.accounts.parties import account_change
from billing.services.books.periods import period_close
from billing.services.exports.months import JOURNAL_HEAD, Month, datev_batch, datev_set, journal_csv
from cpms.accounts.roles import Role
from cpms.core.actors import SYSTEM
from tests.billing.books.bookkeeping import with_books
from tests.billing.books.shop import TODAY, Shop
from tests.worlds import World

ACCOUNTS = {
    "wallet": "1718", "receivable": "1410", "clearing": "1360", "bank": "1200", "revenue": "8200",
    "revenue/DE-19": "8219", "output_tax": "1776",
}  # fmt: skip
NUMBERS: dict[str, Any] = {"consultant": 1001, "client": 7, "year_begins_month": 1, "account_digits": 4}
HEAD = Head(
    1001, 7, date(2026, 1, 1), 4, date(2026, 11, 1), date(2026, 11, 30), "CPMS 2026-11", "EUR", False,
    datetime(2026, 12, 1, 8, 30, 15, 250_000, tzinfo=UTC),
)  # fmt: skip
NOVEMBER = Month(date(2026, 11, 1))


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop("alpha")


def rows_of(lines: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines))))


def told(lines: Any) -> list[list[str]]:
    text = b"".join(lines).decode("cp1252")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_journal_has_every_line_of_the_month_and_adds_up(shop: Shop) -> None:
    shop.charged(shop.invoiced, 1190)
    shop.wallet(2000)
    bank_receive(shop.invoiced, Transfer(1190, "old", date(2026, 10, 31)), SYSTEM)
    rows = rows_of(journal_csv(shop.organisation, NOVEMBER))
    assert len(rows) == JournalLine.objects.filter(entry__booked_on__month=11).count() == 5
    assert sum(float(row["amount"]) for row in rows) == 0
    assert {row["amount"] for row in rows} == {"11.9", "-10", "-1.9", "20", "-20"}
    assert tuple(rows[0]) == JOURNAL_HEAD
    assert len(rows_of(journal_csv(shop.organisation, Month(date(2026, 10, 1))))) == 2


def test_no_text_of_a_person_becomes_a_formula(shop: Shop) -> None:
    account = account_change(shop.invoiced, SYSTEM, cost_centre="=1+1")
    shop.charged(account, 1190)
    assert {row["cost_centre"] for row in rows_of(journal_csv(shop.organisation, NOVEMBER))} == {"'=1+1"}


def test_another_organisations_lines_are_not_there(shop: Shop) -> None:
    shop.charged(shop.invoiced, 1190)
    assert rows_of(journal_csv(Shop("beta").organisation, NOVEMBER)) == []


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "november", "2026-11-01", "2026-0x"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="a year and a month"):
        Month.parse(text)


def test_a_batch_has_the_header_the_names_and_a_row_for_each_booking() -> None:
    sides = (Side("1410", 11_900, "Yard; 3"), Side("8219", -10_000), Side("1776", -1_900))
    entry = Entry(date(2026, 11, 3), "txn_01ABC", 'Final "price" of a session für Ł', sides)
    head, names, first, second = told(batch(HEAD, [entry], 2))
    assert head[:6] == ["EXTF", "700", "21", "Buchungsstapel", "13", "20261201083015250"]
    assert head[10:16] == ["1001", "7", "20260101", "4", "20261101", "20261130"]
    assert (len(head), head[20], head[21]) == (31, "0", "EUR")
    assert len(names) == len(first) == len(second) == len(COLUMNS) == 125
    its = dict(zip(names, first, strict=True))
    assert (its["Umsatz (ohne Soll/Haben-Kz)"], its["Soll/Haben-Kennzeichen"]) == ("100,00", "S")
    assert (its["Konto"], its["Gegenkonto (ohne BU-Schlüssel)"]) == ("1410", "8219")
    assert (its["Belegdatum"], its["Belegfeld 1"]) == ("0311", "txn-01ABC")
    assert its["Buchungstext"] == 'Final "price" of a session für ?'
    assert its["KOST1 - Kostenstelle"] == "Yard; 3"
    assert (second[0], second[7]) == ("19,00", "1776")


def test_text_is_in_quotes_and_figures_are_not() -> None:
    entry = Entry(date(2026, 11, 3), "a", "b", (Side("1", 100), Side("2", -100)))
    row = list(batch(HEAD, [entry], 2))[2].decode("cp1252")
    assert row.startswith('1,00;"S";"EUR";;;;1;2;;0311;"a";;;"b";')


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(1, 500) | st.integers(-500, -1), min_size=1, max_size=8),
    st.lists(st.sampled_from("ABC"), min_size=9, max_size=9),
)
def test_bookings_move_what_the_lines_move(minors: list[int], numbers: list[str]) -> None:
    rest = -sum(minors)
    sides = [Side(n, minor) for n, minor in zip(numbers, [*minors, rest], strict=False) if minor]
    moved = dict.fromkeys("ABC", 0)
    made = list(bookings(sides))
    for booking in made:
        assert booking.minor > 0
        assert booking.debit != booking.credit
        moved[booking.debit] += booking.minor
        moved[booking.credit] -= booking.minor
    assert moved == {n: sum(side.minor for side in sides if side.number == n) for n in "ABC"}
    assert len(made) < max(1, len(sides))


def test_lines_that_do_not_add_up_are_no_bookings() -> None:
    with pytest.raises(ValueError, match="add up"):
        list(bookings([Side("1", 2), Side("2", -1)]))
    assert list(bookings([Side("1", 2), Side("2", -2)])) == [Booking("1", "2", 2, "")]


def test_the_batch_of_a_month_is_the_journal_by_the_advisers_accounts(shop: Shop) -> None:
    datev_set(shop.organisation, SYSTEM, **NUMBERS, accounts=ACCOUNTS)
    shop.charged(shop.invoiced, 1190)
    _, _, *rows = told(datev_batch(shop.organisation, NOVEMBER, "EUR"))
    assert [(row[0], row[6], row[7]) for row in rows] == [("10,00", "1410", "8219"), ("1,90", "1410", "1776")]
    assert list(accumulate(row[113] for row in rows)) == ["0", "00"]


def test_a_closed_month_is_handed_over_as_final(shop: Shop) -> None:
    datev_set(shop.organisation, SYSTEM, **NUMBERS, accounts=ACCOUNTS)
    bank_receive(shop.wallet(), Transfer(100, "r", date(2025, 3, 4)), SYSTEM)
    period_close(shop.organisation, date(2025, 3, 1), SYSTEM)
    head, _, row = told(datev_batch(shop.organisation, Month(date(2025, 3, 1)), "EUR"))
    assert (head[12], head[20], row[113]) == ("20250101", "1", "1")


def test_a_missing_account_is_named_and_nothing_is_handed_over(shop: Shop) -> None:
    with pytest.raises(ValidationError, match="tax adviser first"):
        datev_batch(shop.organisation, NOVEMBER, "EUR")
    datev_set(shop.organisation, SYSTEM, **NUMBERS, accounts={"revenue": "8200"})
    shop.charged(shop.invoiced, 1190)
    with pytest.raises(ValidationError, match="output_tax, receivable"):
        datev_batch(shop.organisation, NOVEMBER, "EUR")


@pytest.mark.parametrize(
    "wrong",
    [
        {"accounts": {"revenue": "82"}},
        {"accounts": {"revenue": "82a0"}},
        {"accounts": {"sweets": "8200"}},
        {"consultant": 1},
        {"client": 100_000},
        {"year_begins_month": 13},
        {"account_digits": 3},
    ],
)
def test_numbers_that_cannot_be_are_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        datev_set(shop.organisation, SYSTEM, **{**NUMBERS, "accounts": ACCOUNTS} | wrong)
    assert not DatevSettings.objects.exists()


def test_pages_hand_the_files_over_close_months_and_take_the_accounts(world: World) -> None:
    with_books(world)
    boss = Client()
    boss.force_login(world.owner)
    assert "say first which account" in boss.get("/money/exports/").content.decode()
    lines = "\n".join(f"{key} = {number}" for key, number in ACCOUNTS.items())
    body = {name: str(value) for name, value in NUMBERS.items()} | {"accounts": lines}
    assert boss.post("/money/exports/datev/", body | {"accounts": "revenue 8200 euros"}).status_code == 422
    assert boss.post("/money/exports/datev/", body).status_code == 302
    assert DatevSettings.objects.get().accounts == ACCOUNTS
    month = f"{TODAY:%Y-%m}"
    for kind, word in (("journal", "final_rating"), ("invoices", "payable"), ("datev", "EXTF")):
        answer = boss.get(f"/money/exports/files/{kind}/?month={month}")
        assert word in answer.content.decode("cp1252")
        assert "attachment" in answer["Content-Disposition"]
    assert boss.get("/money/exports/files/secrets/?month=2026-10").status_code == 404
    assert (
        "a year and a month"
        in boss.get("/money/exports/files/journal/?month=x", follow=True).content.decode()
    )
    boss.post("/money/exports/months/", {"month": "2026-01"})
    assert PostingPeriod.objects.get(month=date(2026, 1, 1)).closed
    boss.post("/money/exports/months/", {"month": "2026-01", "reopen": "yes"})
    assert not PostingPeriod.objects.get(month=date(2026, 1, 1)).closed
    poor = Client()
    poor.force_login(world.person(Role.OPERATOR))
    assert poor.get(f"/money/exports/files/journal/?month={month}").status_code == 403


def test_the_api_hands_the_same_files_over(world: World) -> None:
    with_books(world)
    key = {"Authorization": f"Bearer {world.key()}"}
    api, month = Client(headers=key), f"{TODAY:%Y-%m}"
    assert api.get(f"/api/v1/exports/datev?month={month}").status_code == 422
    body = {**NUMBERS, "accounts": ACCOUNTS}
    assert api.post("/api/v1/datev-settings", body, content_type="application/json").status_code == 200
    (stored,) = api.get("/api/v1/datev-settings").json()["results"]
    assert stored["accounts"] == ACCOUNTS
    for kind in ("journal", "invoices", "datev"):
        answer = api.get(f"/api/v1/exports/{kind}?month={month}")
        assert answer.status_code == 200
        assert answer.content
    assert api.get("/api/v1/exports/journal?month=november").status_code == 400
    assert api.get("/api/v1/exports/journal?month=2026-10&x=1").status_code == 400
    closing = {"month": "2026-01", "closed": True}
    assert (
        api.post("/api/v1/posting-periods", closing, content_type="application/json").json()["closed"] is True
    )
    early = api.post(
        "/api/v1/posting-periods", closing | {"month": "2999-01"}, content_type="application/json"
    )
    assert early.status_code == 422
    poor = Client(headers={"Authorization": f"Bearer {world.key('stations.view')}"})
    assert poor.get(f"/api/v1/exports/journal?month={month}").status_code == 403
