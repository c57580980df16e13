"""What a gateway has to know of a station while it is connected, read in one query."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from chargers.choices import OPEN_STATES, CommandEffect, Registration
from chargers.services.commands.life import UNSENT

_SQL = """
SELECT s.id, s.public_id, s.organisation_id, s.identity, s.strict, s.registration, s.key_hash,
    CASE WHEN r.pending THEN s.pending_key_hash ELSE '' END,
    s.open_until, s.watched_until, s.last_boot_at IS NOT NULL,
    COALESCE((SELECT c.subprotocol FROM chargers_stationconnection c WHERE c.station_id = s.id), ''),
    EXISTS (SELECT 1 FROM chargers_learnedfact f
            WHERE f.station_id = s.id AND f.kind = 'pings' AND f.value = 'ignored'),
    s.serial_number, s.security_profile_floor, r.raising_to,
    (SELECT json_agg(json_build_array(e.number, c.number, c.id, c.status))
     FROM chargers_evse e JOIN chargers_connector c ON c.evse_id = e.id WHERE e.station_id = s.id),
    (SELECT json_agg(json_build_array(t.reference, t.id, t.public_id, t.evse_no, t.connector_no, t.state))
     FROM chargers_transaction t WHERE t.station_id = s.id AND t.state = ANY(%(open)s)),
    (SELECT json_agg(DISTINCT k.expectation->>'kind') FROM chargers_command k
     WHERE k.station_id = s.id AND k.effect = %(pending)s),
    EXISTS (SELECT 1 FROM chargers_command k WHERE k.station_id = s.id AND k.state = ANY(%(unsent)s))
FROM chargers_chargingstation s CROSS JOIN LATERAL (
    SELECT COALESCE(bool_or(h.kind = 'key_rotation'), false) AS pending, max(h.profile) AS raising_to
    FROM chargers_securitychange h
    WHERE h.station_id = s.id AND h.state IN ('asked', 'waiting') AND h.window_until > now()
) r WHERE s.identity = ANY(%(identities)s)
"""


@dataclass(slots=True)
class OpenTransaction:
    """A running transaction, as far as the frame path needs it."""

    pk: int
    public_id: str
    evse_no: int | None
    connector_no: int | None
    state: str


@dataclass(slots=True)
class KnownConnector:
    """A connector's key and the status last stored."""

    pk: int
    status: str


@dataclass(slots=True)
class StationFacts:
    """A station's row with its connectors by (EVSE, connector) number and open transactions by wire reference."""

    station_id: int
    public_id: str
    organisation_id: int
    identity: str
    strict: bool
    registration: str
    key_hash: str
    pending_key_hash: str
    open_until: datetime | None
    watched_until: datetime | None
    # Whether it ever booted here, the version of its socket before this one, and whether it answers no pings.
    has_booted: bool = False
    last_subprotocol: str = ""
    ignores_pings: bool = False
    serial_number: str = ""
    # The security profile it must reach, and the higher one it is on its way to.
    floor: int = 1
    raising_to: int | None = None
    connectors: dict[tuple[int, int], KnownConnector] = field(default_factory=dict)
    transactions: dict[str, OpenTransaction] = field(default_factory=dict)
    # Kinds of effects that commands to this station still wait for.
    awaited: set[str] = field(default_factory=set)
    # Whether commands wait to be sent to it.
    has_commands: bool = False

    @property
    def is_changing(self) -> bool:
        """Whether its next connection may prove a new key or a higher profile."""
        return bool(self.pending_key_hash) or self.raising_to is not None

    @property
    def is_accepted(self) -> bool:
        """Whether the operator lets it do more than boot."""
        return self.registration == Registration.ACCEPTED


def load(identity: str) -> StationFacts | None:
    """The facts of the station with this identity; None when it is not ours."""
    return load_all([identity])[0]


def load_all(identities: list[str]) -> list[StationFacts | None]:
    """The same for many at once, in their order."""
    values: dict[str, Any] = {
        "identities": identities,
        "open": [s.value for s in OPEN_STATES],
        "pending": CommandEffect.PENDING.value,
        "unsent": [s.value for s in UNSENT],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        found = {facts.identity: facts for facts in map(_facts, cursor.fetchall())}
    return [found.get(identity) for identity in identities]


def _facts(row: tuple[Any, ...]) -> StationFacts:
    plain, (connectors, transactions, awaited, has_commands) = row[:-4], row[-4:]
    facts = StationFacts(*plain)
    for evse_no, number, pk, status in _json(connectors) or ():
        facts.connectors[(evse_no, number)] = KnownConnector(pk, status)
    for reference, *rest in _json(transactions) or ():
        facts.transactions[reference] = OpenTransaction(*rest)
    facts.awaited.update(_json(awaited) or ())
    facts.has_commands = has_commands
    return facts


def _json(value: Any) -> Any:
    # Django's connections hand jsonb over as text.
    return json.loads(value) if isinstance(value, str) else value
