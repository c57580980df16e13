"""What a meter signed: kept to the byte, judged by keys people vouch for, preferred for money, held when in doubt."""

import base64
import json

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing.choices import ProofState
from billing.models import MeterKey, SignedRecord
from billing.ocmf import safe
from billing.services.ratings.again import difference
from billing.services.ratings.evidence import evidence
from billing.services.ratings.follow import sessions_sweep
from billing.services.signatures.keys import key_confirm
from billing.services.signatures.proof import proof_of
from billing.services.signatures.records import records_take, records_verify
from chargers.models import Transaction
from chargers.ocpp.readings import Sampled
from chargers.simulator.signing import SigningMeter

from ..ratings.story import OPERATOR, REGISTER, at
from .signing import BEGIN, END, SigningStory, in_json, tampered

ODD = 'OCMF|{ "FV" : "1.2", "MS":"M1 | {", "ä":1.500 }|{"SD":"00"}'


def test_a_session_signed_at_both_ends_is_billed_by_what_the_meter_signed(story: SigningStory) -> None:
    """The station rounds its register away; the meter signed 9,990 Wh."""
    story.tariff()
    story.key()
    final = story.charged_and_signed(10_000, signed_wh=9_990)
    assert (final.state, final.energy_wh, final.net_minor) == ("final", 9_990, 500)
    assert story.states() == ["valid", "valid"]
    proof = proof_of(story.session)
    assert (proof.state, proof.signed_wh) == (ProofState.PROVEN, 9_990)


@pytest.mark.parametrize("text", [ODD, "OCMF|" + "x" * 30_000, "\nOCMF|{}|{}  ", "no format we know"])
def test_what_was_signed_is_kept_to_the_byte(story: SigningStory, text: str) -> None:
    """Seen failing with the text stripped in `unwrap`."""
    story.begin()
    story.sign(BEGIN, 0, 0, text)
    records_take(story.session)
    assert [row.text for row in story.records()] == [text]


def test_every_wrapping_on_the_way_gives_the_same_record(story: SigningStory) -> None:
    story.begin()
    text = story.record(BEGIN, 0, 0)
    encoded = text.encode()
    wrapped = [
        *(text, encoded.hex(), base64.b64encode(encoded).decode(), in_json(text)),
        safe.write([safe.SafeValue(text)]).decode(),
    ]
    for one in wrapped:
        story.send(0, Sampled(one, REGISTER, encoding="SignedData"))
    beside = {"signedMeterData": base64.b64encode(encoded).decode(), "publicKey": ""}
    story.send(0, Sampled(1_000_000, REGISTER, "Wh", signed=beside))
    records_take(story.session)
    assert [row.text for row in story.records()] == [text]


def test_a_value_that_comes_again_is_kept_once(story: SigningStory) -> None:
    story.begin()
    text = story.sign(BEGIN, 0, 0)
    story.sign(BEGIN, 30, 0, text)
    for _ in range(3):
        records_take(story.session)
    assert len(story.records()) == 1


@pytest.mark.parametrize("change", [{"text": "x"}, {"digest": "x"}, {"context": "x"}, {"offered_key": "x"}])
def test_the_database_refuses_to_change_what_was_signed(story: SigningStory, change: dict[str, str]) -> None:
    """Seen failing with the trigger disabled."""
    story.charged_and_signed()
    rows = SignedRecord.objects.filter(transaction=story.session)
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        rows.update(**change)
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        rows.delete()


def test_a_session_without_signed_values_has_the_same_facts_as_ever(story: SigningStory) -> None:
    story.tariff()
    story.key()
    found = evidence(story.charged())
    assert set(found) == {"meter", "states", "start", "now", "zone", "country", "set_aside", "doubts"}
    assert not any("signed" in one for one in found["meter"]["readings"])
    assert proof_of(story.session).state is ProofState.NONE


# In doubt


def test_a_forged_value_holds_the_price(story: SigningStory) -> None:
    """Seen failing with the state INVALID taken out of `proof_of`."""
    story.tariff()
    story.key()
    story.begin()
    story.sign(BEGIN, 0, 0)
    story.sign(END, 60, 20_000, tampered(story.record(END, 60, 10_000)))
    held = story.rated(20_000)
    assert (held.state, held.doubts[0]["code"]) == ("held", "signature")
    assert "does not fit" in held.doubts[0]["detail"]
    assert story.states() == ["valid", "invalid"]


def test_a_value_of_another_meter_holds_the_price(story: SigningStory) -> None:
    story.tariff()
    story.key()
    story.meter = SigningMeter("M2")
    held = story.charged_and_signed()
    assert held.state == "held"
    assert "meter M2" in held.doubts[0]["detail"]


def test_signed_values_that_contradict_the_station_hold_the_price(story: SigningStory) -> None:
    """Seen failing with the comparison taken out of `_against`."""
    story.tariff()
    story.key()
    held = story.charged_and_signed(10_000, signed_wh=8_000)
    assert held.state == "held"
    assert held.doubts == [
        {"code": "signature", "detail": "The meter signed 8000 Wh, but the station told 10000 Wh"}
    ]
    assert proof_of(story.session).state is ProofState.CONTRADICTORY


def test_genuine_values_of_an_earlier_session_prove_nothing_of_a_later_one(story: SigningStory) -> None:
    """Seen failing with the look for earlier sessions taken out of `_against`."""
    story.tariff()
    story.key()
    first = story.charged_and_signed()
    old = [row.text for row in story.records()]
    story.begin(120)
    story.sign(BEGIN, 120, 0, old[0])
    story.sign(END, 180, 10_000, old[1])
    story.end(180, 10_000)
    records_take(story.session)
    codes = {one.code for one in proof_of(story.session).findings}
    assert codes == {"used_before", "other_time"}
    assert proof_of(first.transaction).state is ProofState.PROVEN


def test_a_missing_page_holds_the_price(story: SigningStory) -> None:
    story.tariff()
    story.key()
    story.begin()
    story.sign(BEGIN, 0, 0)
    story.record(END, 50, 9_000)
    story.sign(END, 60, 10_000)
    assert story.rated().state == "held"
    assert "missing" in proof_of(story.session).doubts[0] or "follow" in proof_of(story.session).doubts[0]


def test_an_end_alone_proves_nothing_and_holds_nothing(story: SigningStory) -> None:
    story.tariff()
    story.key()
    story.begin()
    story.sign(END, 60, 9_990)
    final = story.rated()
    assert (final.state, final.energy_wh) == ("final", 10_000)
    assert proof_of(story.session).state is ProofState.INCOMPLETE


@pytest.mark.parametrize("text", ["AP;0;3;ALIAS", "{" * 50, '{"signedMeterData": 7}', "<values>", "\u2028"])
def test_a_format_that_we_do_not_know_is_kept_and_not_judged(story: SigningStory, text: str) -> None:
    story.tariff()
    story.key()
    story.begin()
    story.sign(BEGIN, 0, 0, text)
    assert story.rated().state == "final"
    assert (story.states(), proof_of(story.session).state) == (["no_format"], ProofState.NO_FORMAT)


# Keys


def test_a_key_that_came_with_the_record_is_offered_and_judges_nothing(story: SigningStory) -> None:
    """Seen failing with `confirmed_at` taken out of the choice of keys."""
    story.tariff()
    story.begin()
    encoded = base64.b64encode(f"oca:base16:asn1:{story.meter.public_key}".encode()).decode()
    story.sign(BEGIN, 0, 0, in_json(story.record(BEGIN, 0, 0), encoded))
    story.sign(END, 60, 9_990)
    final = story.rated()
    assert (final.state, final.energy_wh) == ("final", 10_000)
    offered = MeterKey.objects.get(station=story.station)
    assert (offered.source, offered.is_confirmed, offered.evse_no) == ("station", False, 1)
    assert (offered.public_key, offered.meter_serial) == (story.meter.public_key, "M1")
    records_verify(story.session)
    assert (story.states(), proof_of(story.session).state) == (["no_key", "no_key"], ProofState.NO_KEY)


def test_an_operator_confirms_an_offered_key_and_later_evidence_becomes_a_proposal(
    story: SigningStory, django_capture_on_commit_callbacks: object
) -> None:
    story.tariff()
    story.begin()
    story.sign(BEGIN, 0, 0, in_json(story.record(BEGIN, 0, 0), story.meter.public_key))
    story.sign(END, 60, 9_950)
    story.rated()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        key_confirm(MeterKey.objects.get(), OPERATOR)
    assert story.states() == ["valid", "valid"]
    session = Transaction.objects.select_related("station__site", "station__organisation").get(
        pk=story.session.pk
    )
    assert proof_of(session).state is ProofState.PROVEN
    with time_machine.travel(at(12 * 60 + 10), tick=False):
        records_verify(session)
        sessions_sweep()
    assert [state for state, _ in story.ratings()] == ["final", "proposed"]


def test_a_key_counts_for_its_time_and_its_place_only(story: SigningStory) -> None:
    story.key(evse_no=2)
    story.key(valid_from=at(-100), valid_to=at(-1))
    story.begin()
    story.sign(BEGIN, 0, 0)
    records_take(story.session)
    assert story.states() == ["no_key"]


def test_a_station_that_offers_key_after_key_is_not_listened_to(story: SigningStory) -> None:
    story.begin()
    for number in range(30):
        meter = SigningMeter(f"M{number}")
        story.sign(BEGIN, number, 0, in_json(f"OCMF|{{}}|{{}}{number}", meter.public_key))
    records_take(story.session)
    assert MeterKey.objects.filter(station=story.station).count() == 20


def test_rating_again_from_the_messages_gives_the_same_bytes(story: SigningStory) -> None:
    story.tariff()
    story.key()
    final = story.charged_and_signed()
    assert difference(final) is None
    assert difference(final, from_evidence=True) is None
    signed = [one for one in json.loads(final.facts)["meter"]["readings"] if "signed" in one]
    assert [(one["context"], one["value"]) for one in signed] == [
        (BEGIN, "1000000.0"),
        (END, "1010000.0"),
    ]
