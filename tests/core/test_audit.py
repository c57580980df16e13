"""Audit lines: with the act or not at all."""

import pytest
from django.db import transaction

from cpms.core import audit
from cpms.core.actors import SYSTEM, Actor
from cpms.core.models import AuditLine
from tests.worlds import World


def test_a_line_says_who_did_what_to_whom(world: World) -> None:
    person = world.owner
    audit.record(
        Actor(person.email, person.pk, "user"), "station.changed", organisation_id=world.organisation.pk,
        subject="cst_X", label="CP", before={"name": "old"},
    )  # fmt: skip
    line = AuditLine.objects.get(action="station.changed")
    assert (line.actor_user, line.actor_label) == (person, f"user: {person.email}")
    assert (line.subject, line.subject_label, line.detail) == ("cst_X", "CP", {"before": {"name": "old"}})


def test_a_line_outlives_the_person(world: World) -> None:
    person = world.owner
    audit.record(Actor(person.email, person.pk, "user"), "x.y", organisation_id=None)
    email = person.email
    person.delete()
    assert AuditLine.objects.get(action="x.y").actor_label == f"user: {email}"


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_leaves_no_line() -> None:
    with transaction.atomic():
        audit.record(SYSTEM, "x.y", organisation_id=None)
        transaction.set_rollback(True)
    assert not AuditLine.objects.exists()


def test_long_names_are_cut(world: World) -> None:
    audit.record(Actor("x" * 500), "x.y", organisation_id=world.organisation.pk, label="y" * 500)
    assert len(AuditLine.objects.get(action="x.y").subject_label) == 255
