"""`my/accounts`, `my/starts`, `my/sessions`: a driver's accounts, what he starts and what he charged."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.choices import BillingMode
from billing.services.books.ledger import wallet_minor
from billing.services.payments.starting import start_failure
from billing.services.ratings import words
from chargers.choices import CommandState
from chargers.models import Command
from chargers.services.commands.send import InvalidCommand
from cpms.core import clock
from cpms.drivers.choices import SessionState
from cpms.drivers.history import Row, card_label, rows_of
from cpms.drivers.models import Driver
from cpms.drivers.selectors import driver_at, drivers_of, sessions_of, starts_of
from cpms.drivers.services.joining import NoPrice, driver_join_at
from cpms.drivers.services.starting import CannotStart, session_start, session_stop
from smartcharging.inputs.needs.progress import battery_percent, progress_of

from ...auth import ANYBODY
from ...errors import Conflict
from ...fields import public_id
from ...own import (
    OwnDetail,
    OwnList,
    OwnNamed,
    PlaceBody,
    evse_named,
)


class OwnAccountSerializer(serializers.ModelSerializer[Driver]):
    """The account at one operator. `balance_minor` is what is in its wallet, null where it has none."""

    id = public_id()
    operator = serializers.CharField(source="organisation.name")
    account = public_id(source="account")
    billing_mode = serializers.ChoiceField(BillingMode.choices, source="account.billing_mode")
    currency = serializers.CharField(source="account.currency")
    balance_minor = serializers.SerializerMethodField()

    class Meta:
        model = Driver
        fields = ["id", "operator", "account", "billing_mode", "currency", "balance_minor", "created_at"]

    def get_balance_minor(self, driver: Driver) -> int | None:
        return wallet_minor(driver.account) if driver.account.has_wallet else None


class OwnStartSerializer(serializers.ModelSerializer[Command]):
    """What a charger was asked to start. `why_not` says why nothing came of it, "" while something may or did."""

    id = public_id()
    station = serializers.CharField(source="station.label")
    state = serializers.ChoiceField(CommandState.choices)
    session = serializers.SerializerMethodField()
    why_not = serializers.SerializerMethodField()

    class Meta:
        model = Command
        fields = ["id", "station", "state", "session", "why_not", "created_at"]

    def get_session(self, command: Command) -> str | None:
        assert command.actor_user is not None
        begun = sessions_of(command.actor_user).filter(
            station_id=command.station_id, start_received_at__gte=command.created_at
        )
        first = begun.order_by("id").first()
        return first.public_id if first else None

    def get_why_not(self, command: Command) -> str:
        return start_failure(command)


class PriceLineSerializer(serializers.Serializer[Any]):
    """One line of a price."""

    title = serializers.CharField()
    sentence = serializers.CharField()
    why = serializers.CharField()
    amount = serializers.CharField()


class OwnSessionSerializer(serializers.Serializer[Row]):
    """A session of one's own with its price as it stands; `cost_minor` is null while there is none."""

    id = public_id(source="session")
    state = serializers.ChoiceField(SessionState.choices)
    operator = serializers.CharField(source="session.station.organisation.name")
    site = serializers.CharField(source="session.station.site.name", default=None, allow_null=True)
    station = serializers.CharField(source="session.station.label")
    evse_no = serializers.IntegerField(source="session.evse_no", allow_null=True)
    card = serializers.SerializerMethodField()
    started_at = serializers.DateTimeField(source="session.started_at")
    ended_at = serializers.DateTimeField(source="session.ended_at", allow_null=True)
    energy_wh = serializers.IntegerField(allow_null=True)
    cost_minor = serializers.IntegerField(source="price.gross_minor", default=None, allow_null=True)
    currency = serializers.CharField(source="price.currency", default="")

    def get_card(self, row: Row) -> str:
        return card_label(row.session)


class OwnSessionToldSerializer(OwnSessionSerializer):
    """The same with every line of the price, as on the receipt, and, while it runs, how far charging is."""

    soc_percent = serializers.SerializerMethodField(help_text="Of the battery, where the car tells it.")
    left_wh = serializers.SerializerMethodField(
        help_text="Still to come of what was asked for; null where nobody asked."
    )
    lines = serializers.SerializerMethodField()

    def get_soc_percent(self, row: Row) -> float | None:
        return battery_percent(row.session)

    def get_left_wh(self, row: Row) -> int | None:
        progress = progress_of(row.session, row.energy_wh, clock.now())
        return progress.left_wh if progress else None

    @extend_schema_field(PriceLineSerializer(many=True))
    def get_lines(self, row: Row) -> Any:
        return PriceLineSerializer(words.lines(row.price) if row.price else [], many=True).data


@extend_schema(tags=["my"])
class OwnAccounts(OwnList):
    """Accounts at operators."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = drivers_of
    serializer_class = OwnAccountSerializer

    @extend_schema(operation_id="my_accounts_list", summary="List your accounts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_accounts_open", summary="Open an account with the operator of a charger",
        description="Who has one there already gets it again.", request=PlaceBody,
        responses={201: OwnAccountSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        try:
            driver = driver_join_at(self.user, evse_named(self.read(PlaceBody)["code"]))
        except NoPrice as error:
            raise Conflict(str(error)) from None
        return Response(self.show(driver), status=201)


@extend_schema(tags=["my"])
class OwnStarts(OwnList):
    """What you asked chargers to start."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = starts_of
    serializer_class = OwnStartSerializer

    @extend_schema(operation_id="my_starts_list", summary="List what you asked chargers to start")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_starts_create", summary="Start charging on your account",
        description="409 says why it cannot be started; nothing is charged then. A repeat while the charger is asked "
        "is the first one.",
        request=PlaceBody, responses={202: OwnStartSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        evse = evse_named(self.read(PlaceBody)["code"])
        driver = driver_at(self.user, evse.station.organisation)
        if driver is None:
            raise Conflict("you have no account with the operator of this charger; open one at my/accounts")
        try:
            command = session_start(driver, evse)
        except CannotStart as error:
            raise Conflict(str(error)) from None
        return Response(self.show(command), status=202)


@extend_schema(tags=["my"])
class OwnStartOne(OwnDetail):
    """One start."""

    scopes = {"GET": ANYBODY}
    own = starts_of
    serializer_class = OwnStartSerializer

    @extend_schema(operation_id="my_starts_read", summary="Read what came of a start")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["my"])
class OwnSessions(OwnList):
    """Your sessions."""

    scopes = {"GET": ANYBODY}
    own = sessions_of
    told = rows_of
    serializer_class = OwnSessionSerializer
    ordering = ("-started_at", "-id")

    @extend_schema(operation_id="my_sessions_list", summary="List your sessions, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["my"])
class OwnSessionOne(OwnDetail):
    """One of your sessions."""

    scopes = {"GET": ANYBODY}
    own = sessions_of
    told = rows_of
    serializer_class = OwnSessionToldSerializer

    @extend_schema(
        operation_id="my_sessions_read", summary="Read one of your sessions with its price line by line"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["my"])
class OwnSessionStop(OwnNamed):
    """Stopping."""

    scopes = {"POST": ANYBODY}
    own = sessions_of
    told = rows_of
    serializer_class = OwnSessionSerializer

    @extend_schema(
        operation_id="my_sessions_stop", summary="Stop charging",
        description="The charger is asked once, however often this is sent.", request=None,
        responses={202: OwnSessionSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        session = self.row()
        try:
            session_stop(self.user, session)
        except InvalidCommand as error:
            raise Conflict(str(error)) from None
        return Response(self.show(session), status=202)
