"""Reading what is a driver's own: each query starts from the person, and nobody else's rows come with it."""

from django.db.models import Q, QuerySet

from billing.choices import OUTCOMES, RatingState
from billing.models import Rating
from chargers.choices import CaseKind
from chargers.models import Case, ChargingStation, Command, Evse, IdTag, Transaction
from cpms.accounts.models import Organisation, User
from cpms.accounts.viewer import Viewer

from .models import CardClaim, Driver, Favourite, FreeWish, Vehicle

# What the remote starts of drivers are marked with.
START = "driver_start"


def drivers_of(user: User) -> QuerySet[Driver]:
    """The person at each operator, with the account that pays, by operator."""
    rows = Driver.objects.filter(user=user).select_related(
        "organisation", "account__party", "app_tag", "user"
    )
    return rows.order_by("organisation__name", "id")


def driver_at(user: User, organisation: Organisation) -> Driver | None:
    """The person at one operator; None who has no account there."""
    return drivers_of(user).filter(organisation=organisation).first()


def sessions_of(user: User) -> QuerySet[Transaction]:
    """Sessions that count as the person's, newest first.

    Whose a session is was settled when it began: a card that changes hands takes no earlier session with it. Within
    the moments before that is written down, it is his whose tag it is now.
    """
    settled = Q(price_agreement__member=user)
    just_begun = Q(price_agreement=None, id_tag__payer__member=user)
    rows = Transaction.objects.filter(settled | just_begun)
    return rows.select_related("station__site", "station__organisation", "id_tag").order_by(
        "-started_at", "-id"
    )


def starts_of(user: User) -> QuerySet[Command]:
    """What the person asked chargers to start, newest first."""
    rows = Command.objects.filter(purpose=START, actor_user=user)
    return rows.select_related("station__site", "station__organisation").order_by("-id")


def prices_of(sessions: list[Transaction]) -> dict[int, Rating]:
    """The price of each session as it stands, by the session's key."""
    rows = Rating.objects.filter(transaction__in=sessions).filter(state__in=(*OUTCOMES, RatingState.ESTIMATE))
    return {row.transaction_id: row for row in rows.select_related("version").order_by("attempt")}


def evse_of_start(command: Command) -> Evse | None:
    """Where a start was asked for."""
    return Evse.objects.filter(public_id=command.reference).select_related("station").first()


def cards_of(user: User) -> QuerySet[IdTag]:
    """Cards that count as the person's, by operator and name; the tag of his phone is none."""
    rows = IdTag.objects.filter(payer__member=user, driver=None).select_related(
        "organisation", "payer__account"
    )
    return rows.order_by("organisation__name", "label", "id")


def claims_of(user: User) -> QuerySet[CardClaim]:
    """Cards the person said are his, newest first."""
    rows = CardClaim.objects.filter(driver__user=user).select_related("station__site", "driver__organisation")
    return rows.order_by("-id")


def claims_for(viewer: Viewer) -> QuerySet[CardClaim]:
    """Cards that drivers of the viewer's organisations said are theirs, newest first."""
    allowed = viewer.organisations("tags.view")
    rows = CardClaim.objects.filter(driver__organisation_id__in=allowed)
    return rows.select_related(
        "driver__user", "driver__account", "driver__organisation", "station", "id_tag"
    ).order_by("-id")


def problems_of(user: User) -> QuerySet[Case]:
    """What the person reported, newest first."""
    rows = Case.objects.filter(kind=CaseKind.DRIVER_REPORT, evidence__person=user.public_id)
    return rows.select_related("station__site", "station__organisation", "transaction").order_by("-id")


def favourites_of(user: User) -> QuerySet[Favourite]:
    """Sites the person marked, by name, as long as he has an account with their operator."""
    rows = Favourite.objects.filter(user=user, site__organisation__drivers__user=user)
    return rows.select_related("site__organisation").order_by("site__name", "id")


def wishes_of(user: User) -> QuerySet[FreeWish]:
    """Stations the person waits for, newest first."""
    rows = FreeWish.objects.filter(user=user, ended_at=None)
    return rows.select_related("station__site").order_by("-id")


def stations_of(user: User) -> QuerySet[ChargingStation]:
    """Stations of the operators where the person has an account, by name."""
    rows = ChargingStation.objects.filter(organisation__drivers__user=user)
    return rows.select_related("site", "connection", "organisation").order_by("name", "identity")


def vehicles_of(user: User) -> QuerySet[Vehicle]:
    """The person's cars, in the order in which they came."""
    return Vehicle.objects.filter(user=user)
