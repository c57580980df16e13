"""Erasing a person: what the law does not make us keep goes at once, and the books lose his name (GDPR art. 17).

Sessions, bookings and invoices stay as they were for the years the law says, without a name beside them; only an
invoice that was issued keeps the name and address that stand on it.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.models import PaymentIntent, PaymentMethod
from billing.services.accounts.parties import account_change, account_close, party_change
from billing.services.payments.methods import method_remove
from chargers.choices import OPEN_STATES
from chargers.models import Command, IdTag, Transaction
from chargers.services.tags.id_tags import id_tag_remove
from cpms.accounts.models import Membership, User
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine

from ..models import CardClaim, Driver, Favourite, FreeWish, Profile, Vehicle
from ..selectors import cards_of, drivers_of, problems_of, sessions_of

NAME = "Erased driver"


def why_not_yet(user: User) -> str:
    """What has to be settled before, in a sentence; "" when he may be erased now."""
    if user.is_staff or Membership.objects.filter(user=user).exists():
        return _("You work here for an operator. Ask an administrator to remove you there first.")
    if sessions_of(user).filter(state__in=OPEN_STATES).exists():
        return _("You are charging. Stop that session first.")
    for driver in drivers_of(user):
        if why := _unsettled(driver):
            return why
    return ""


def _unsettled(driver: Driver) -> str:
    """Whether money is in the wallet or owed. Closing is tried and taken back: the books know what they need."""
    if driver.account.memberships.exclude(user=driver.user).exists():
        return ""
    try:
        with transaction.atomic():
            account_close(driver.account, SYSTEM)
            raise _TakenBack
    except ValidationError as error:
        texts = {"operator": driver.organisation.name, "why": " ".join(error.messages)}
        return _("Your account with %(operator)s is not settled: %(why)s") % texts
    except _TakenBack:
        return ""


class _TakenBack(Exception):
    """Leaves a transaction without a trace."""


@transaction.atomic
def person_erase(user: User) -> None:
    """Erase for good. Raises ValidationError saying what has to be settled before."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if why := why_not_yet(user):
        raise ValidationError(why)
    email = user.email
    _tags_end(user)
    for driver in drivers_of(user):
        _account_end(driver)
    _words_end(user, email)
    for model in (CardClaim.objects.filter(driver__user=user), *_own(user)):
        model.delete()
    _ways_in_end(user)
    audit.record(SYSTEM, "person.erased", organisation_id=None, subject=user.public_id, label=NAME)


def _own(user: User) -> tuple[QuerySet[Any], ...]:
    """What is nobody else's business and no book's."""
    return tuple(model.objects.filter(user=user) for model in (Vehicle, Favourite, FreeWish, Profile))


def _account_end(driver: Driver) -> None:
    """The account is closed and its holder has no name any more."""
    account = driver.account
    for method in PaymentMethod.objects.filter(account=account, removed_at=None):
        method_remove(method, SYSTEM)
    PaymentIntent.objects.filter(account=account).update(email="")
    if not account.memberships.exclude(user=driver.user).exists():
        account_close(account, SYSTEM)
        account_change(account, SYSTEM, name=NAME)
        facts = {"legal_name": NAME, "street": "", "postal_code": "", "city": "", "email": "", "vat_id": ""}
        party_change(account.party, SYSTEM, **facts)
    account.memberships.filter(user=driver.user).delete()


def _tags_end(user: User) -> None:
    """His cards and his phone start nothing any more; sessions lose the number they were started with."""
    phones = IdTag.objects.filter(driver__user=user)
    tags = {tag.pk: tag for tag in [*cards_of(user), *phones]}
    uids = [tag.uid for tag in tags.values()]
    Transaction.objects.filter(pk__in=sessions_of(user).values("pk"), uid__in=uids).update(uid="")
    for tag in tags.values():
        id_tag_remove(tag, SYSTEM)


def _words_end(user: User, email: str) -> None:
    """His address goes from what he reported, asked for and did."""
    for case in problems_of(user):
        case.evidence |= {"by": "", "person": ""}
        case.save(update_fields=["evidence"])
    Command.objects.filter(actor_user=user).update(actor_label=f"driver: {NAME}")
    AuditLine.objects.filter(actor_user=user).update(actor_label=f"driver: {NAME}", subject_label="")
    AuditLine.objects.filter(subject_label__icontains=email).update(subject_label=NAME)
    mine = [
        name
        for driver in drivers_of(user)
        for name in (driver.account.public_id, driver.account.party.public_id)
    ]
    lines = AuditLine.objects.filter(subject__in=mine)
    lines.update(subject_label=NAME)
    for line in lines.filter(detail__member=email):
        line.detail["member"] = NAME
        line.save(update_fields=["detail"])


def _ways_in_end(user: User) -> None:
    """Nobody signs in as him any more, on no device."""
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    for model in (UserSession, Authenticator, EmailAddress):
        model.objects.filter(user=user).delete()
    user.first_name, user.last_name, user.is_active = NAME, "", False
    user.email = f"{user.public_id.lower()}@erased.invalid"
    user.set_unusable_password()
    user.last_login = None
    user.date_joined = clock.now()
    user.save()
