"""Plans of subscriptions, and their versions: what is published never changes, a new version is for new subscribers."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.models import PlanVersion, SubscriptionPlan
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

# Nobody drives more in a month, and nobody should be bound for longer.
MOST_WH: Final = 100_000_000
MOST_MONTHS: Final = 24
MOST_NOTICE_DAYS: Final = 92


@transaction.atomic
def plan_create(organisation: Organisation, name: str, actor: Actor, **facts: Any) -> SubscriptionPlan:
    """A plan with its first version; facts are those of `version_publish`. Raises ValidationError naming the field."""
    plan = SubscriptionPlan(organisation=organisation, name=name)
    plan.full_clean()
    plan.save()
    _record(actor, "plan.created", plan)
    version_publish(plan, actor, **facts)
    return plan


@transaction.atomic
def version_publish(plan: SubscriptionPlan, actor: Actor, **facts: Any) -> PlanVersion:
    """What the plan costs and gives to who subscribes from now on; facts are fields of `PlanVersion`.

    Who has an earlier version keeps it. Raises ValidationError naming the field.
    """
    SubscriptionPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    last = plan.versions.first()
    version = PlanVersion(
        plan=plan, number=last.number + 1 if last else 1, published_at=clock.now(),
        published_by=f"{actor.source}: {actor.label}"[:160], **facts,
    )  # fmt: skip
    _check(version, last)
    version.full_clean()
    version.save()
    _record(actor, "plan.published", plan, version=version.number)
    return version


@transaction.atomic
def plan_offer(plan: SubscriptionPlan, actor: Actor, *, is_offered: bool) -> SubscriptionPlan:
    """Let drivers choose it, or not any more; who has it keeps it."""
    if plan.is_offered != is_offered:
        plan.is_offered = is_offered
        plan.save(update_fields=["is_offered"])
        _record(actor, "plan.offered" if is_offered else "plan.withdrawn", plan)
    return plan


def version_now(plan: SubscriptionPlan) -> PlanVersion | None:
    """The version that new subscribers get."""
    return plan.versions.select_related("plan", "group").first()


def _check(version: PlanVersion, last: PlanVersion | None) -> None:
    if last is not None and last.currency != version.currency:
        raise ValidationError({"currency": f"the plan is in {last.currency}: make another plan"})
    if version.included_wh > MOST_WH:
        raise ValidationError({"included_wh": f"is more than {MOST_WH // 1000} kWh a month"})
    if not 1 <= version.minimum_months <= MOST_MONTHS:
        raise ValidationError({"minimum_months": f"is not from 1 to {MOST_MONTHS}"})
    if version.notice_days > MOST_NOTICE_DAYS:
        raise ValidationError({"notice_days": f"is more than {MOST_NOTICE_DAYS}"})
    group = version.group
    if group is not None and group.organisation_id != version.plan.organisation_id:
        raise ValidationError({"group": "belongs to another organisation"})
    gives = (version.included_wh, version.percent, version.rebate_per_kwh, version.has_free_start, group)
    if not any(gives):
        raise ValidationError("The plan gives nothing: say what subscribers get.")


def _record(actor: Actor, action: str, plan: SubscriptionPlan, **detail: Any) -> None:
    audit.record(
        actor, action, organisation_id=plan.organisation_id, subject=plan.public_id, label=plan.name, **detail
    )
