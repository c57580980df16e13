"""What a push has come to at a station, kept true by the answers to its commands."""

from django.db.models import QuerySet

from chargers.choices import OPEN_ANSWERS, PlannedChange, PushState, SettingAnswer
from chargers.models import ConfigurationPush, PushResult, StationSetting
from cpms.core import clock

TO_SET = (PlannedChange.CHANGE, PlannedChange.UNREAD)
LEFT_ALONE = (PlannedChange.READ_ONLY, PlannedChange.ABSENT)
OPEN = (PushState.WAITING, PushState.RUNNING)


def setting_answered(row: StationSetting) -> None:
    """A station answered to one setting: note it in every push under way that set it (inside a transaction)."""
    running = PushResult.objects.select_for_update().filter(
        station_id=row.station_id, state=PushState.RUNNING
    )
    for result in running:
        for change in result.changes:
            if change["name"].lower() == row.name.lower() and change["answer"] in OPEN_ANSWERS:
                change["answer"], change["note"] = row.answer, row.answer_note
        settle(result)


def settle(result: PushResult) -> None:
    """Store the changes with the state they make."""
    result.state = _state(result)
    result.finished_at = None if result.state in OPEN else clock.now()
    result.save(update_fields=["changes", "state", "finished_at"])


def _state(result: PushResult) -> PushState:
    answers = {change["answer"] for change in result.changes}
    plans = {change["plan"] for change in result.changes}
    if answers & set(OPEN_ANSWERS):
        return PushState.RUNNING
    if answers & {SettingAnswer.REFUSED, SettingAnswer.FAILED} or plans & set(LEFT_ALONE):
        return PushState.FAILED
    if SettingAnswer.RESTART in answers:
        return PushState.RESTART
    return PushState.DONE if plans & set(TO_SET) else PushState.NOTHING


def push_state(push: ConfigurationPush, results: QuerySet[PushResult] | None = None) -> PushState:
    """The state of a push as a whole: the worst of what is over, unless something is still under way."""
    rows = push.results.all() if results is None else results
    return overall(set(rows.values_list("state", flat=True)))


def overall(states: set[str]) -> PushState:
    """One state for many stations."""
    order = (PushState.RUNNING, PushState.WAITING, PushState.FAILED, PushState.RESTART, PushState.DONE)
    return next((state for state in order if state in states), PushState.NOTHING)
