"""Whether a station should take a profile: one table, a row a rule.

Sources: OCPP 1.6 §3.13 and §5.16; OCPP 2.0.1 K01 and its errata; OCPP 2.1 K01 and K28.
"""

from collections.abc import Sequence

from smartcharging.engine.composite import profile_rules, schedule_rules
from smartcharging.engine.composite.case import Case, Rule, Verdict
from smartcharging.engine.composite.model import Context, Edition, Installed

__all__ = ["Verdict", "accepts"]

ALL = frozenset(Edition)
SECOND = frozenset({Edition.OCPP_2_0_1, Edition.OCPP_2_1})
LATEST = frozenset({Edition.OCPP_2_1})
BEFORE_LATEST = ALL - LATEST
RULES: tuple[tuple[frozenset[Edition], Rule], ...] = (
    (ALL, profile_rules.connector_exists),
    (BEFORE_LATEST, profile_rules.purpose_is_known),
    (BEFORE_LATEST, profile_rules.kind_is_known),
    (ALL, profile_rules.external_constraints_are_not_ours),
    (ALL, profile_rules.transaction_profile_has_a_connector),
    (ALL, profile_rules.priority_charging_has_a_connector),
    (ALL, profile_rules.station_maximum_is_for_the_station),
    (SECOND, profile_rules.station_maximum_is_not_relative),
    (ALL, profile_rules.recurring_says_how_often),
    (ALL, profile_rules.validity_is_not_empty),
    (ALL, profile_rules.stack_level_is_in_range),
    (ALL, profile_rules.schedules_are_not_too_many),
    (ALL, schedule_rules.periods_are_neither_none_nor_too_many),
    (ALL, schedule_rules.durations_are_positive),
    (ALL, schedule_rules.periods_are_not_negative),
    (SECOND, schedule_rules.first_period_starts_at_once),
    (SECOND, schedule_rules.periods_are_in_order),
    (SECOND, schedule_rules.phase_can_be_chosen),
    (SECOND, schedule_rules.start_fits_the_kind),
    (LATEST, schedule_rules.dynamic_has_one_period),
    (ALL, schedule_rules.unit_is_allowed),
    (SECOND, profile_rules.transaction_profile_names_its_transaction),
    (ALL, profile_rules.transaction_runs),
    (SECOND, profile_rules.no_rival_of_the_transaction),
    (SECOND, profile_rules.no_rival_at_the_same_time),
    (SECOND, profile_rules.default_is_for_one_or_for_all),
    (ALL, profile_rules.there_is_room),
)


def accepts(candidate: Installed, installed: Sequence[Installed], context: Context) -> Verdict:
    """Whether a station with these profiles should accept one more; the first broken rule is the reason."""
    case = Case(candidate, installed, context)
    broken = (reason for editions, rule in RULES if context.edition in editions for reason in rule(case))
    reason = next(broken, "")
    return Verdict(not reason, reason)
