"""Sessions whose meter signs begin and end, told as stations tell them."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from billing.choices import KeySource
from billing.models import MeterKey, Rating, SignedRecord
from billing.services.ratings.outcome import session_rate
from billing.services.signatures.keys import key_add
from chargers.domain import Place
from chargers.ocpp.readings import Sampled, reading
from chargers.services.transactions.meter import readings_store
from chargers.simulator.signing import SigningMeter

from ..ratings.story import OPERATOR, REGISTER, Story, at

BEGIN, END = "Transaction.Begin", "Transaction.End"


@dataclass
class SigningStory(Story):
    meter: SigningMeter = field(default_factory=lambda: SigningMeter("M1"))

    def key(self, **facts: Any) -> MeterKey:
        """The key of the meter, vouched for."""
        given = {"public_key": self.meter.public_key, "source": KeySource.LABEL, "meter_serial": "M1"}
        return key_add(self.station, OPERATOR, **{**given, **facts})

    def record(self, context: str, minutes: float, energy_wh: int) -> str:
        """What the meter signs of an instant; energy counts from the start of the session."""
        return self.meter.record(context, at(minutes), self.register_wh + energy_wh)

    def sign(self, context: str, minutes: float, energy_wh: int, text: str = "", **told: Any) -> str:
        """The meter signs, and the station sends it as a value of its own; the text that was sent."""
        text = text or self.record(context, minutes, energy_wh)
        self.send(minutes, Sampled(text, REGISTER, "", "", "", context, "SignedData"), **told)
        return text

    def send(self, minutes: float, *samples: Sampled, received: float | None = None) -> None:
        value = reading(at(minutes), samples)
        assert value is not None
        readings_store(
            self.source(minutes if received is None else received), Place(1, 1), [value], self.session
        )

    def charged_and_signed(self, energy_wh: int = 10_000, signed_wh: int | None = None) -> Rating:
        """A session of an hour with both ends signed, rated."""
        self.begin()
        self.sign(BEGIN, 0, 0)
        self.sign(END, 60, energy_wh if signed_wh is None else signed_wh)
        return self.rated(energy_wh)

    def rated(self, energy_wh: int = 10_000) -> Rating:
        """The session ends and is rated."""
        found = session_rate(self.end(60, energy_wh))
        assert found is not None
        return found

    def records(self) -> list[SignedRecord]:
        return list(SignedRecord.objects.filter(transaction=self.session).order_by("id"))

    def states(self) -> list[str]:
        return [row.state for row in self.records()]


def in_json(text: str, key: str = "") -> str:
    """As OCPP 1.6 stations wrap it that were made for 2.x."""
    told = {"signedMeterData": base64.b64encode(text.encode()).decode(), "encodingMethod": "OCMF"}
    return json.dumps(told | {"signingMethod": "", "publicKey": key})


def tampered(text: str) -> str:
    """The same record with another register."""
    changed = text.replace('"RV":1010', '"RV":1020')
    assert changed != text
    return changed
