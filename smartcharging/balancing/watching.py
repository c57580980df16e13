"""Whether cars draw what they were granted: a station that does not obey is told once more, then not relied on."""

from ..choices import UncontrolledReason
from ..engine.dispatch import Channel, Obedience, drawn
from ..services.standing import uncontrolled
from .channels import rules
from .remembering import memory_of
from .snapshot import Place


def watched(place: Place, channel: Channel) -> tuple[Channel, bool]:
    """The channel after the newest reading, and whether the station is to be told again what it was told."""
    reading = place.reading
    if reading is None or reading.current_a is None or memory_of(place).get("reading") in (None, reading.pk):
        # The first reading after a start may be older than what was told.
        return channel, False
    seen, outcome = drawn(channel, reading.received_at.timestamp(), reading.current_a, rules())
    if outcome is Obedience.UNCONTROLLED:
        uncontrolled(place.station.pk, UncontrolledReason.DISOBEYED)
    return seen, outcome is Obedience.RESEND
