"""An organisation's rules of reminding; those who never set them have the defaults, and remind nobody."""

from typing import Any

from django.db import transaction

from billing.models import DunningProfile
from cpms.accounts.models import Organisation
from cpms.core import audit
from cpms.core.actors import Actor


def rules_of(organisation: Organisation) -> DunningProfile:
    """The rules; unsaved defaults where nobody set any."""
    known = DunningProfile.objects.filter(organisation=organisation).first()
    return known or DunningProfile(organisation=organisation)


@transaction.atomic
def rules_set(organisation: Organisation, actor: Actor, **facts: Any) -> DunningProfile:
    """Change the rules; facts are fields of `DunningProfile`. They count for cases that run, too.

    Raises ValidationError naming the field.
    """
    # The organisation's row is the lock: two first savers make one row.
    Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=organisation.pk)
    rules = rules_of(organisation)
    for field, value in facts.items():
        setattr(rules, field, value)
    rules.full_clean()
    rules.save()
    audit.record(
        actor, "dunning.rules_set", organisation_id=organisation.pk, subject=rules.public_id, label=str(rules),
        is_active=rules.is_active, rungs=[[rung.level, rung.after_days, rung.fee_minor] for rung in rules.rungs],
    )  # fmt: skip
    return rules
