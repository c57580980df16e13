"""`my/cards` and `my/card-claims`: a driver's cards; `card-claims`: those the operator has to confirm."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import IdTag
from cpms.drivers.models import CardClaim
from cpms.drivers.selectors import cards_of, claims_for, claims_of, driver_at
from cpms.drivers.services import cards as service

from ...auth import ANYBODY
from ...errors import Conflict
from ...fields import (
    Body,
    PatchBody,
    Text,
    public_id,
)
from ...own import (
    OwnDetail,
    OwnList,
    OwnNamed,
    evse_named,
)
from ...views import List, Named


class OwnCardSerializer(serializers.ModelSerializer[IdTag]):
    """A card of one's own."""

    id = public_id()
    operator = serializers.CharField(source="organisation.name")

    class Meta:
        model = IdTag
        fields = ["id", "operator", "uid", "label", "status", "expires_at"]


class OwnClaimSerializer(serializers.ModelSerializer[CardClaim]):
    """A card somebody said is his, and how far that is."""

    id = public_id()
    number = serializers.CharField(source="uid")
    station = serializers.CharField(source="station.label")
    card = public_id(source="id_tag", allow_null=True)

    class Meta:
        model = CardClaim
        fields = ["id", "number", "label", "station", "state", "asked_at", "expires_at", "read_at", "card"]


class ClaimSerializer(OwnClaimSerializer):
    """The same for the operator, with whose it is said to be."""

    driver = serializers.CharField(source="driver.user.email")
    decided_by = serializers.CharField()

    class Meta(OwnClaimSerializer.Meta):
        fields = [*OwnClaimSerializer.Meta.fields, "driver", "decided_at", "decided_by"]


class CardBody(Body):
    """A card, and the charger it will be held to within ten minutes."""

    number = Text(max_length=60, help_text="As printed on the card.")
    label = Text(max_length=60, required=False, allow_blank=True)  # type: ignore[assignment]
    code = Text(max_length=40, help_text="On the sticker of the charger.")


class CardPatch(PatchBody):
    """A card's name."""

    label = Text(max_length=60, allow_blank=True)  # type: ignore[assignment]


@extend_schema(tags=["my"])
class OwnCards(OwnList):
    """Your cards."""

    scopes = {"GET": ANYBODY}
    own = cards_of
    serializer_class = OwnCardSerializer

    @extend_schema(operation_id="my_cards_list", summary="List your cards")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["my"])
class OwnCard(OwnDetail):
    """One of your cards."""

    scopes = {"GET": ANYBODY, "PATCH": ANYBODY}
    own = cards_of
    serializer_class = OwnCardSerializer

    @extend_schema(operation_id="my_cards_read", summary="Read one of your cards")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="my_cards_change", summary="Give a card a name", request=CardPatch)
    def patch(self, request: Request, id: str) -> Response:
        tag, body = self.row(), self.read(CardPatch)
        return Response(self.show(service.card_label_set(self.user, tag, body["label"]) if body else tag))


@extend_schema(tags=["my"])
class OwnCardBlock(OwnNamed):
    """Blocking a card."""

    scopes = {"POST": ANYBODY}
    own = cards_of
    serializer_class = OwnCardSerializer

    @extend_schema(operation_id="my_cards_block", summary="Block a card at once", request=None)
    def post(self, request: Request, id: str) -> Response:
        return Response(self.show(service.card_block(self.user, self.row())))


@extend_schema(tags=["my"])
class OwnCardUnblock(OwnNamed):
    """Letting a card charge again."""

    scopes = {"POST": ANYBODY}
    own = cards_of
    serializer_class = OwnCardSerializer

    @extend_schema(
        operation_id="my_cards_unblock",
        summary="Let a card charge again that you blocked yourself",
        request=None,
    )
    def post(self, request: Request, id: str) -> Response:
        return Response(self.show(service.card_unblock(self.user, self.row())))


@extend_schema(tags=["my"])
class OwnClaims(OwnList):
    """Cards on their way to you."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = claims_of
    serializer_class = OwnClaimSerializer

    @extend_schema(operation_id="my_card_claims_list", summary="List the cards you said are yours")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_card_claims_create", summary="Say that a card is yours",
        description="Hold it to the named charger within ten minutes. A card the operator knows already waits for him.",
        request=CardBody, responses={201: OwnClaimSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(CardBody)
        evse = evse_named(body["code"])
        driver = driver_at(self.user, evse.station.organisation)
        if driver is None:
            raise Conflict("you have no account with the operator of this charger; open one at my/accounts")
        claim = service.card_ask(driver, evse, body["number"], body.get("label", ""))
        return Response(self.show(claim), status=201)


@extend_schema(tags=["id-tags"])
class CardClaims(List):
    """Cards that drivers say are theirs."""

    scopes = {"GET": "tags.view"}
    selector = claims_for
    serializer_class = ClaimSerializer

    @extend_schema(operation_id="card_claims_list", summary="List the cards that drivers say are theirs")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


class ClaimAct(Named):
    """Base of what is decided about one."""

    selector = claims_for
    serializer_class = ClaimSerializer

    def check_object_permissions(self, request: Request, obj: CardClaim) -> None:
        super().check_object_permissions(request, obj.driver)


@extend_schema(tags=["id-tags"])
class ClaimConfirm(ClaimAct):
    """It is the driver's card."""

    scopes = {"POST": "tags.edit"}

    @extend_schema(
        operation_id="card_claims_confirm", summary="Confirm that a card is the driver's", request=None
    )
    def post(self, request: Request, id: str) -> Response:
        try:
            return Response(self.show(service.card_confirm(self.row(), self.actor)))
        except service.ClaimClosed as error:
            raise Conflict(str(error)) from None


@extend_schema(tags=["id-tags"])
class ClaimRefuse(ClaimAct):
    """It is not."""

    scopes = {"POST": "tags.edit"}

    @extend_schema(
        operation_id="card_claims_refuse", summary="Say that a card is not the driver's", request=None
    )
    def post(self, request: Request, id: str) -> Response:
        try:
            return Response(self.show(service.card_refuse(self.row(), self.actor)))
        except service.ClaimClosed as error:
            raise Conflict(str(error)) from None
