"""Tariffs from draft to price: what is published stays, and who gets which is no matter of luck."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from billing.choices import AssignedAt, AssignedTo, VersionState
from billing.models import TariffFamily, TariffVersion
from billing.pricing.lint import Code, Surroundings
from billing.services.tariffs.canonical import canonical
from billing.services.tariffs.choice import Choice, tariff_choose
from billing.services.tariffs.versions import (
    NotPublishable,
    assignment_end,
    assignment_remove,
    document_of,
    draft_remove,
    draft_save,
    family_create,
    tariff_assign,
    tariff_begin,
    version_publish,
)
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine
from tests.worlds import World

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BODY = '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":%s,"vat":19}]}]}'
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return World("ALPHA")


@pytest.fixture
def family(world: World) -> TariffFamily:
    return family_create(world.organisation, "Public", SYSTEM)


def published(family: TariffFamily, price: str = "0.45", start: datetime = NOW) -> TariffVersion:
    return version_publish(draft_save(family, BODY % price, SYSTEM), start, SYSTEM)


def wrong(error: pytest.ExceptionInfo[ValidationError], field: str) -> str:
    return " ".join(error.value.message_dict[field])


# Drafts


def test_a_draft_keeps_every_digit_of_a_price(family: TariffFamily) -> None:
    draft = draft_save(family, BODY % "0.12345678901234567890", SYSTEM)
    draft.refresh_from_db()
    assert '"price":0.1234567890123456789,' in draft.body
    assert draft.currency == "EUR"


def test_the_same_tariff_has_the_same_digest_however_it_is_written(family: TariffFamily) -> None:
    first = draft_save(family, BODY % "0.450", SYSTEM).digest
    spaced = '{ "elements": [{"price_components": [{"price": 0.45, "vat": 19, "type": "ENERGY"}]}],\n"currency": "EUR"}'
    assert draft_save(family, spaced, SYSTEM).digest == first
    assert draft_save(family, BODY % "0.46", SYSTEM).digest != first


@pytest.mark.parametrize(
    ("text", "written"),
    [("1.50", "1.5"), ("-0.05", "-0.05"), ("1e-3", "0.001"), ("12e2", "1200"), ("7.000", "7"), ("100", "100"),
     ('"ä\\n"', '"ä\\n"'), ("[true,null]", "[true,null]")],
)  # fmt: skip
def test_numbers_are_written_one_way(text: str, written: str) -> None:
    assert canonical(document_of(text)) == written


def test_a_family_has_one_draft_at_a_time_and_numbers_its_versions(family: TariffFamily) -> None:
    first, second = draft_save(family, BODY % "1", SYSTEM), draft_save(family, BODY % "2", SYSTEM)
    assert (first.pk, second.number) == (second.pk, 1)
    version_publish(second, NOW, SYSTEM)
    assert draft_save(family, BODY % "3", SYSTEM).number == 2


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{", "line 1, column 2"),
        ("NaN", "NaN"),
        ('{"price": 1e99999999999999999999}', "too large"),
        ('{"id": "\\ud800"}', "surrogate"),
        (
            '{"currency":"EUR","tariff_alt_text":[1],"elements":[{"price_components":[{"type":"FLAT","price":1}]}]}',
            "tariff_alt_text[0]",
        ),
        ("[" * 100_000, ""),
        ('"' + "x" * 200_001 + '"', "longer than 200000 bytes"),
        (BODY % '"free"', "elements[0].price_components[0].price"),
        ('{"currency":"EUR","elements":[]}', "elements"),
    ],
)
def test_a_body_that_is_no_tariff_is_refused_with_its_place(
    family: TariffFamily, body: str, problem: str
) -> None:
    with pytest.raises(ValidationError) as error:
        draft_save(family, body, SYSTEM)
    assert problem in wrong(error, "body")
    assert not family.versions.exists()


def test_two_tariffs_of_one_name_are_one_too_many(world: World, family: TariffFamily) -> None:
    with pytest.raises(ValidationError):
        family_create(world.organisation, "Public", SYSTEM)
    family_create(World("BETA").organisation, "Public", SYSTEM)


def test_a_draft_can_be_thrown_away_and_a_published_version_cannot(family: TariffFamily) -> None:
    draft_remove(draft_save(family, BODY % "1", SYSTEM), SYSTEM)
    assert not family.versions.exists()
    with pytest.raises(ValidationError):
        draft_remove(published(family), SYSTEM)


def test_a_document_without_an_id_gets_the_tariffs_and_one_with_an_id_keeps_it(family: TariffFamily) -> None:
    assert f'"id":"{family.public_id}"' in draft_save(family, BODY % "1", SYSTEM).body
    named = (BODY % "1").replace("{", '{"id":"T-1",', 1)
    assert '"id":"T-1"' in draft_save(family, named, SYSTEM).body


def test_a_number_that_would_fill_the_memory_is_written_as_it_came(family: TariffFamily) -> None:
    """Seen failing (with a text of a million digits) without the bound on digits."""
    body = (BODY % "1").replace("{", '{"colour":1e999999,', 1)
    assert len(draft_save(family, body, SYSTEM).body) < 500


def test_a_tariff_and_its_first_draft_come_together_or_not_at_all(world: World) -> None:
    with pytest.raises(ValidationError):
        tariff_begin(world.organisation, "Broken", "{}", SYSTEM)
    assert not TariffFamily.objects.filter(name="Broken").exists()
    assert tariff_begin(world.organisation, "Whole", BODY % "1", SYSTEM).versions.count() == 1


# Publishing


def test_at_once_is_the_moment_of_publishing(family: TariffFamily) -> None:
    assert version_publish(draft_save(family, BODY % "1", SYSTEM), None, SYSTEM).valid_from == NOW


def test_publishing_freezes_and_leaves_an_audit_line(family: TariffFamily) -> None:
    version = published(family)
    assert (version.state, version.valid_from, version.published_by) == (
        VersionState.PUBLISHED,
        NOW,
        "system: system",
    )
    line = AuditLine.objects.get(action="tariff.published")
    assert (line.subject, line.detail["version"]) == (family.public_id, 1)


@pytest.mark.parametrize(
    "change", [{"body": "{}"}, {"valid_from": NOW + HOUR}, {"state": VersionState.DRAFT}]
)
def test_the_database_refuses_to_change_what_was_published(
    family: TariffFamily, change: dict[str, Any]
) -> None:
    """Seen failing without the trigger."""
    version = published(family)
    with pytest.raises(IntegrityError, match="published"), transaction.atomic():
        TariffVersion.objects.filter(pk=version.pk).update(**change)


def test_the_database_refuses_to_remove_what_was_published(family: TariffFamily) -> None:
    """Seen failing without the trigger."""
    version = published(family)
    with (
        pytest.raises(IntegrityError, match="published"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM billing_tariffversion WHERE id = %s", [version.pk])


def test_a_draft_may_be_changed_in_the_database(family: TariffFamily) -> None:
    draft = draft_save(family, BODY % "1", SYSTEM)
    assert TariffVersion.objects.filter(pk=draft.pk).update(number=F("number") + 1) == 1


def test_what_is_published_is_not_published_again(family: TariffFamily) -> None:
    version = published(family)
    with pytest.raises(ValidationError, match="published already"):
        version_publish(version, NOW + HOUR, SYSTEM)


def test_a_draft_that_was_changed_since_it_was_read_is_not_published(family: TariffFamily) -> None:
    """Seen failing without the comparison of digests."""
    read = draft_save(family, BODY % "1", SYSTEM)
    draft_save(family, BODY % "9", SYSTEM)
    with pytest.raises(ValidationError, match="changed meanwhile"):
        version_publish(read, None, SYSTEM)
    assert family.versions.get().is_draft


def test_a_price_never_begins_in_the_past(family: TariffFamily) -> None:
    with pytest.raises(ValidationError) as error:
        published(family, start=NOW - timedelta(microseconds=1))
    assert "past" in wrong(error, "valid_from")


def test_two_versions_never_begin_at_once(family: TariffFamily) -> None:
    published(family)
    with pytest.raises(ValidationError) as error:
        published(family, "0.46")
    assert "another version" in wrong(error, "valid_from")


def test_errors_keep_a_tariff_from_being_published_unless_somebody_insists(family: TariffFamily) -> None:
    body = (BODY % "0.4").replace("]}]}", ']},{"price_components":[{"type":"ENERGY","price":1,"vat":19}]}]}')
    draft = draft_save(family, body, SYSTEM)
    with pytest.raises(
        NotPublishable, match=r"elements\[1\]\.price_components\[0\] never applies"
    ) as refused:
        version_publish(draft, NOW, SYSTEM)
    assert [finding.code for finding in refused.value.findings] == [Code.UNREACHABLE]
    version_publish(draft, NOW, SYSTEM, insist=True)
    assert AuditLine.objects.get(action="tariff.published").detail["insisted"] is True


def test_the_place_of_use_is_looked_at(family: TariffFamily) -> None:
    with pytest.raises(NotPublishable, match="NOK"):
        version_publish(draft_save(family, BODY % "1", SYSTEM), NOW, SYSTEM, Surroundings("NOK"))


# Which one applies


def chosen(world: World, at: datetime = NOW, evse_no: int = 1, tag: Any = None) -> Choice:
    return tariff_choose(world.station, evse_no, tag, at)


def price_of(choice: Choice) -> str | None:
    return choice.version.body.partition('"price":')[2].partition(",")[0] if choice.version else None


def test_without_an_assignment_there_is_no_tariff(world: World, family: TariffFamily) -> None:
    published(family)
    assert (chosen(world).version, chosen(world).assignment) == (None, None)


def test_a_version_holds_from_its_first_instant_until_the_next_one(
    world: World, family: TariffFamily
) -> None:
    tariff_assign(family, SYSTEM, valid_from=NOW - 9 * HOUR)
    published(family, "0.4")
    published(family, "0.5", NOW + HOUR)
    instants = (NOW - timedelta(microseconds=1), NOW, NOW + HOUR - timedelta(microseconds=1), NOW + HOUR)
    assert [price_of(chosen(world, at)) for at in instants] == [None, "0.4", "0.4", "0.5"]


def test_a_draft_is_nobodys_price(world: World, family: TariffFamily) -> None:
    tariff_assign(family, SYSTEM, valid_from=NOW)
    draft_save(family, BODY % "0.4", SYSTEM)
    assert chosen(world).version is None


def assigned(world: World, price: str, **fields: Any) -> None:
    family = family_create(world.organisation, price, SYSTEM)
    published(family, price)
    tariff_assign(family, SYSTEM, valid_from=NOW, **fields)


def test_the_narrowest_place_wins_and_a_group_wins_over_everybody(world: World) -> None:
    assigned(world, "0.1")
    assigned(world, "0.2", scope=AssignedAt.SITE, site=world.site)
    assigned(world, "0.3", scope=AssignedAt.STATION, station=world.station)
    assigned(world, "0.4", scope=AssignedAt.EVSE, station=world.station, evse_no=2)
    assert price_of(chosen(world)) == "0.3"
    assert price_of(chosen(world, evse_no=2)) == "0.4"
    neighbour = world.connected_station("ALPHA-2")
    assert price_of(tariff_choose(neighbour, 1, world.tag, NOW)) == "0.2"
    assigned(world, "0.5", audience=AssignedTo.GROUP, group=world.group)
    assert price_of(chosen(world, evse_no=2, tag=world.tag)) == "0.5"
    assert price_of(chosen(world, evse_no=2)) == "0.4"


def test_all_that_was_considered_is_told(world: World) -> None:
    assigned(world, "0.1")
    assigned(world, "0.2", scope=AssignedAt.SITE, site=world.site)
    considered = chosen(world).resolution.considered
    assert [one.reason for one in considered] == ["", "for the organisation; one for the site is narrower"]


def test_tariffs_of_other_organisations_are_not_even_considered(world: World) -> None:
    assigned(World("BETA"), "0.1")
    assert chosen(world).resolution.considered == ()


def test_an_assignment_ends_and_is_not_undone(world: World, family: TariffFamily) -> None:
    published(family)
    assignment = tariff_assign(family, SYSTEM, valid_from=NOW)
    with pytest.raises(ValidationError, match="past"):
        assignment_end(assignment, NOW - HOUR, SYSTEM)
    assignment_end(assignment, NOW + HOUR, SYSTEM)
    assert chosen(world).version
    assert chosen(world, NOW + HOUR).version is None


def test_an_end_that_has_come_is_not_moved(family: TariffFamily) -> None:
    """Seen failing without the check: the tariff would have applied again."""
    assignment = tariff_assign(family, SYSTEM, valid_from=NOW - HOUR)
    assert assignment_end(assignment, None, SYSTEM).valid_to == NOW
    with pytest.raises(ValidationError, match="come already"):
        assignment_end(assignment, NOW + HOUR, SYSTEM)


def test_an_assignment_that_has_not_begun_is_taken_back_and_one_that_has_is_not(family: TariffFamily) -> None:
    later = tariff_assign(family, SYSTEM, valid_from=NOW + HOUR)
    with pytest.raises(ValidationError, match="remove the assignment"):
        assignment_end(later, NOW + HOUR, SYSTEM)
    assignment_remove(later, SYSTEM)
    assert not family.assignments.exists()
    begun = tariff_assign(family, SYSTEM)
    with pytest.raises(ValidationError, match="ended, not removed"):
        assignment_remove(begun, SYSTEM)


@pytest.mark.parametrize(
    ("first", "second", "is_refused"),
    [
        ((NOW, None), (NOW + HOUR, None), True),
        ((NOW + HOUR, None), (NOW, None), True),
        ((NOW, NOW + HOUR), (NOW + HOUR, None), False),
        ((NOW + HOUR, None), (NOW, NOW + HOUR), False),
        ((NOW, NOW + 2 * HOUR), (NOW + HOUR, NOW + 3 * HOUR), True),
    ],
)
def test_a_tariff_is_not_assigned_twice_to_the_same_place_at_once(
    family: TariffFamily, first: Any, second: Any, is_refused: bool
) -> None:
    """Seen failing without the check of overlaps."""
    tariff_assign(family, SYSTEM, valid_from=first[0], valid_to=first[1])
    if is_refused:
        with pytest.raises(ValidationError, match="overlaps"):
            tariff_assign(family, SYSTEM, valid_from=second[0], valid_to=second[1])
    else:
        tariff_assign(family, SYSTEM, valid_from=second[0], valid_to=second[1])
    assert family.assignments.count() == (1 if is_refused else 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"scope": AssignedAt.SITE},
        {"scope": AssignedAt.EVSE},
        {"audience": AssignedTo.GROUP},
        {"evse_no": 1},
        {"valid_to": NOW},
    ],
)
def test_an_assignment_names_its_place_and_its_audience(family: TariffFamily, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        tariff_assign(family, SYSTEM, valid_from=NOW, **fields)


def test_a_tariff_is_not_assigned_to_what_others_own(family: TariffFamily) -> None:
    """Seen failing without the check of ownership."""
    beta = World("BETA")
    for fields in (
        {"scope": AssignedAt.SITE, "site": beta.site},
        {"scope": AssignedAt.STATION, "station": beta.station},
        {"audience": AssignedTo.GROUP, "group": beta.group},
    ):
        with pytest.raises(ValidationError, match="another organisation"):
            tariff_assign(family, SYSTEM, valid_from=NOW, **fields)
