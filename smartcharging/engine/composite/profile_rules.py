"""Rules about a profile as a whole: what it is for, where it goes, what stands beside it."""

from collections.abc import Iterator

from smartcharging.engine.composite.case import Case
from smartcharging.engine.composite.model import Edition, Kind, Profile, Purpose

MOST_SCHEDULES = 3
ONLY_LATEST = {Purpose.PRIORITY_CHARGING, Purpose.LOCAL_GENERATION}


def connector_exists(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.28."""
    if case.candidate.connector not in {0, *case.context.hardware}:
        yield f"connector {case.candidate.connector}: the station has no such connector"


def purpose_is_known(case: Case) -> Iterator[str]:
    """PriorityCharging and LocalGeneration came with 2.1."""
    if case.profile.purpose in ONLY_LATEST:
        yield f"chargingProfilePurpose: {case.profile.purpose} is not known to OCPP {case.context.edition}"


def kind_is_known(case: Case) -> Iterator[str]:
    """Dynamic came with 2.1."""
    if case.profile.kind is Kind.DYNAMIC:
        yield f"chargingProfileKind: Dynamic is not known to OCPP {case.context.edition}"


def external_constraints_are_not_ours(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.22: what others limit, they report and they lift."""
    if case.profile.purpose is Purpose.EXTERNAL_CONSTRAINTS:
        yield "chargingProfilePurpose: external constraints are set by others, never by the CSMS"
    for one in case.installed:
        same_id = one.profile.profile_id == case.profile.profile_id
        if same_id and one.profile.purpose is Purpose.EXTERNAL_CONSTRAINTS:
            yield f"id: {case.profile.profile_id} belongs to an external constraint"


def transaction_profile_has_a_connector(case: Case) -> Iterator[str]:
    """1.6 §5.16; 2.0.1 K01.FR.16."""
    if case.profile.purpose is Purpose.TX and case.candidate.connector == 0:
        yield "connector 0: a TxProfile needs a connector or EVSE above 0"


def priority_charging_has_a_connector(case: Case) -> Iterator[str]:
    """2.1 K01: it is one driver who asked for it."""
    if case.profile.purpose is Purpose.PRIORITY_CHARGING and case.candidate.connector == 0:
        yield "connector 0: a PriorityCharging profile needs an EVSE above 0"


def station_maximum_is_for_the_station(case: Case) -> Iterator[str]:
    """1.6 §3.13.1; 2.0.1 K01."""
    if case.profile.purpose is Purpose.STATION_MAX and case.candidate.connector != 0:
        yield f"connector {case.candidate.connector}: the maximum of a station is set on connector 0"


def transaction_profile_names_its_transaction(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.03. In 1.6 the connector is enough."""
    named = case.profile.transaction_id is not None
    if case.profile.purpose is Purpose.TX and not named:
        yield "transactionId: a TxProfile names its transaction"
    if case.profile.purpose is not Purpose.TX and named:
        yield "transactionId: only a TxProfile names a transaction"


def transaction_runs(case: Case) -> Iterator[str]:
    """1.6 §5.16; 2.0.1 K01.FR.09 and FR.33."""
    if case.profile.purpose is not Purpose.TX:
        return
    wanted = case.profile.transaction_id
    if case.transaction is None:
        yield f"transactionId: no transaction runs on connector {case.candidate.connector}"
    elif wanted not in (None, case.transaction.transaction_id):
        yield f"transactionId: {wanted} does not run on connector {case.candidate.connector}"


def stack_level_is_in_range(case: Case) -> Iterator[str]:
    """1.6 ChargeProfileMaxStackLevel; 2.x ProfileStackLevel."""
    level, highest = case.profile.stack_level, case.context.capabilities.max_stack_level
    if level < 0:
        yield f"stackLevel: {level} is below 0"
    if highest is not None and level > highest:
        yield f"stackLevel: {level} is above the station's highest level {highest}"


def schedules_are_not_too_many(case: Case) -> Iterator[str]:
    """2.x: the vehicle chooses among up to three (ISO 15118)."""
    most = 1 if case.context.edition is Edition.OCPP_1_6 else MOST_SCHEDULES
    if len(case.profile.schedules) > most:
        yield f"chargingSchedule: {len(case.profile.schedules)} schedules are more than {most}"


def station_maximum_is_not_relative(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.38."""
    if case.profile.purpose is Purpose.STATION_MAX and case.profile.kind is Kind.RELATIVE:
        yield "chargingProfileKind: the maximum of a station may not be Relative"


def recurring_says_how_often(case: Case) -> Iterator[str]:
    """Recurring without recurrencyKind never recurs."""
    if case.profile.kind is Kind.RECURRING and case.profile.recurrency is None:
        yield "recurrencyKind: is missing from a Recurring profile"


def validity_is_not_empty(case: Case) -> Iterator[str]:
    """A profile that is never valid is a mistake."""
    begin, end = case.profile.valid_from_s, case.profile.valid_to_s
    if begin is not None and end is not None and end <= begin:
        yield "validTo: does not come after validFrom"


def no_rival_of_the_transaction(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.39."""
    for rival in case.rivals:
        if rival.purpose is Purpose.TX and rival.transaction_id == case.profile.transaction_id:
            level, ours = rival.stack_level, rival.transaction_id
            yield f"stackLevel: TxProfile {rival.profile_id} has level {level} for transaction {ours}"


def no_rival_at_the_same_time(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.06."""
    for rival in case.rivals:
        if rival.purpose is not Purpose.TX and _overlap(rival, case.profile):
            yield f"stackLevel: profile {rival.profile_id} has level {rival.stack_level} at the same time"


def _overlap(one: Profile, other: Profile) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Profile, other: Profile) -> bool:
    return one.valid_from_s is None or other.valid_to_s is None or one.valid_from_s < other.valid_to_s


def default_is_for_one_or_for_all(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.52 and FR.53."""
    for one in case.kept:
        same = one.profile.purpose is case.profile.purpose is Purpose.TX_DEFAULT
        across = (one.connector == 0) != (case.candidate.connector == 0)
        if same and across and one.profile.stack_level == case.profile.stack_level:
            where = f"connector {one.connector}"
            yield f"stackLevel: TxDefaultProfile {one.profile.profile_id} on {where} has this level already"


def there_is_room(case: Case) -> Iterator[str]:
    """1.6 MaxChargingProfilesInstalled; 2.x ChargingProfile Entries."""
    most = case.context.capabilities.max_profiles
    if most is not None and len(case.kept) >= most:
        yield f"the station holds {len(case.kept)} profiles already and takes {most}"
