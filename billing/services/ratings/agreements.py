"""What is settled when a session begins: the tariff version that holds for it, and who pays."""

from typing import Any

from django.db import transaction

from billing.choices import RatingState
from billing.models import Account, PriceAgreement, Rating, TariffAssignment
from billing.services.subscriptions.included import plan_group
from billing.services.tariffs.choice import Choice, tariff_choose
from chargers.models import ChargingStation, IdTag, IdTagGroup, Transaction
from cpms.accounts.models import User
from cpms.core import clock

from .payers import payer_of, paying_account


def agreement_for(session: Transaction) -> PriceAgreement:
    """The agreement of a session, made when it is first asked for: at the start, or when a late start came in.

    While nothing was rated yet, a late message that changes when, where or with which card it began renews it.
    """
    found = (
        PriceAgreement.objects.filter(transaction=session)
        .select_related("version__family", "account")
        .first()
    )
    if found is None:
        return _made(session)
    if _is_other(found, _inputs(session)) and not _is_rated(session):
        return _renewed(found, session)
    return found


def payer_set(session: Transaction, account: Account, member: User | None = None) -> PriceAgreement:
    """Say who pays for a session that no card's account pays for, as for a guest. The first payer stays."""
    with transaction.atomic():
        agreement = PriceAgreement.objects.select_for_update().get(pk=agreement_for(session).pk)
        if agreement.account_id is None:
            agreement.account, agreement.member = account, member
            agreement.save(update_fields=["account", "member"])
        return agreement


def chosen(choice: Choice) -> dict[str, Any]:
    """A choice as JSON: the tariff, and every assignment that was looked at with the reason against it."""
    version = choice.version
    names = _names([one.assignment.key for one in choice.resolution.considered])
    return {
        "tariff": version.family.name if version else "",
        "version": version.number if version else None,
        "assignment": choice.assignment.public_id if choice.assignment else "",
        "considered": [
            {
                "assignment": one.assignment.key,
                "tariff": names.get(one.assignment.key, ""),
                "audience": one.assignment.audience.name.lower(),
                "scope": one.assignment.scope.name.lower(),
                "reason": one.reason,
            }
            for one in choice.resolution.considered
        ],
    }


def choice_at(
    station: ChargingStation,
    evse_no: int | None,
    id_tag: IdTag | None,
    at: Any,
    plan: IdTagGroup | None = None,
) -> Choice:
    """The tariff at a place, with the group of the payer's plan; of which only the station is known, what holds for all
    of it."""
    return tariff_choose(station, evse_no or 0, id_tag, at, plan)


def _names(assignments: list[str]) -> dict[str, str]:
    rows = TariffAssignment.objects.filter(public_id__in=assignments).values_list("public_id", "family__name")
    return dict(rows)


def _is_other(agreement: PriceAgreement, inputs: dict[str, Any]) -> bool:
    """Whether the session began otherwise than was known. A card that was removed since has begun it nonetheless."""
    if inputs["id_tag"] is None:
        inputs = inputs | {"id_tag": agreement.inputs["id_tag"]}
    return inputs != agreement.inputs


def _inputs(session: Transaction) -> dict[str, Any]:
    tag = session.id_tag
    return {
        "started_at": session.started_at.isoformat(),
        "evse_no": session.evse_no,
        "id_tag": tag.public_id if tag else None,
    }


def _facts(session: Transaction) -> dict[str, Any]:
    account_id, member_id = payer_of(session.id_tag)
    group = plan_group(paying_account(session.id_tag), session.started_at)
    choice = choice_at(session.station, session.evse_no, session.id_tag, session.started_at, group)
    return {
        "version": choice.version,
        "assignment": choice.assignment,
        "account_id": account_id,
        "member_id": member_id,
        "inputs": _inputs(session),
        "choice": chosen(choice),
        "agreed_at": clock.now(),
    }


def _made(session: Transaction) -> PriceAgreement:
    agreement, _ = PriceAgreement.objects.get_or_create(
        transaction=session, defaults={"organisation_id": session.organisation_id, **_facts(session)}
    )
    return agreement


def _renewed(agreement: PriceAgreement, session: Transaction) -> PriceAgreement:
    facts = _facts(session)
    if facts["account_id"] is None:
        # A payer who was named for the session itself stays.
        facts |= {"account_id": agreement.account_id, "member_id": agreement.member_id}
    for name, value in facts.items():
        setattr(agreement, name, value)
    agreement.save()
    return agreement


def _is_rated(session: Transaction) -> bool:
    return Rating.objects.filter(transaction=session).exclude(state=RatingState.ESTIMATE).exists()
