"""The demo data: complete, consistent, the same at every start."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Max

from chargers.models import Case, ChargingStation, IdTag, MeterValue, RefusedHandshake, Transaction
from cpms.accounts.models import ApiKey, Membership, User
from cpms.accounts.roles import PERMISSIONS, Role


def seed(folder: Path) -> dict[str, Any]:
    output = StringIO()
    call_command("seed_demo", "--json", "--folder", str(folder), stdout=output)
    printed: dict[str, Any] = json.loads(output.getvalue().splitlines()[-1])
    return printed


@pytest.mark.django_db
def test_the_demo_is_whole_and_a_second_start_changes_nothing(tmp_path: Path) -> None:
    first = seed(tmp_path)
    counts = [model.objects.count() for model in (Transaction, MeterValue, ChargingStation, IdTag, ApiKey)]
    assert (tmp_path / "demo-fleet.json").stat().st_mode & 0o777 == 0o600
    assert_sign_ins(first)
    assert_history()
    assert_oddities()
    assert seed(tmp_path) == first
    again = [model.objects.count() for model in (Transaction, MeterValue, ChargingStation, IdTag, ApiKey)]
    assert again == counts
    assert_lost_passwords_are_made_anew(tmp_path, first)


def assert_lost_passwords_are_made_anew(folder: Path, before: dict[str, Any]) -> None:
    (folder / "demo-fleet.json").unlink()
    after = seed(folder)
    assert_sign_ins(after)
    assert after["api_key"] != before["api_key"]


def assert_sign_ins(printed: dict[str, Any]) -> None:
    """Every role in two organisations, a key that opens everything, two spare stations."""
    assert Membership.objects.values("organisation").distinct().count() == 2
    assert [user["role"] for user in printed["users"]] == [role.value for role in Role] * 2
    assert not Membership.objects.filter(user__email=printed["drivers"][0]["email"]).exists()
    for user in [*printed["users"], *printed["drivers"]]:
        assert User.objects.get(email=user["email"]).check_password(user["password"])
    assert set(ApiKey.objects.get_from_key(printed["api_key"]).scopes) == set(PERMISSIONS)
    assert {spare["version"] for spare in printed["stations"]} == {"1.6", "2.0.1"}
    for spare in printed["stations"]:
        assert not Transaction.objects.filter(station__identity=spare["identity"]).exists()
    assert IdTag.objects.get(uid="TAG-001", organisation__name="North Garage Charging").status == "active"


def assert_history() -> None:
    """Registers count on, energy is their difference, and the values agree with it."""
    rows = Transaction.objects.filter(start_message_id="").order_by("station", "started_at")
    assert rows.count() > 1_000
    assert not rows.exclude(energy_wh=F("meter_stop_wh") - F("meter_start_wh")).exists()
    last: dict[int, int | None] = {}
    for row in rows:
        assert row.meter_start_wh == last.get(row.station_id, row.meter_start_wh)
        last[row.station_id] = row.meter_stop_wh
    ends = dict(
        MeterValue.objects.filter(transaction__in=rows).values_list("transaction").annotate(Max("energy_wh"))
    )
    assert ends == dict(rows.values_list("pk", "meter_stop_wh"))


def assert_oddities() -> None:
    """What went wrong yesterday is there to be looked at."""
    assert set(Case.objects.filter(state="open").values_list("kind", flat=True)) == {
        "orphan_stop",
        "inferred_end",
        "meter_anomaly",
    }
    orphan = Case.objects.get(kind="orphan_stop")
    assert orphan.options[0]["fix"] == "attach"
    assert Case.objects.get(state="settled").transaction is not None
    assert RefusedHandshake.objects.get().station.identity == "SPARE-16"


@pytest.mark.django_db
def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "demo-fleet.json").write_text("{")
    with pytest.raises(CommandError, match=r"demo-fleet\.json is damaged"):
        seed(tmp_path)
