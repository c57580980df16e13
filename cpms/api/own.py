"""What a signed-in person reads and changes of his own: rows come from a selector that starts at the person."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import Evse
from chargers.stickers import evse_of
from cpms.accounts.models import User

from .fields import Body, Text
from .views import Resource, by_ref

_NOBODY = 0


class Own(Resource):
    """A view on rows of `own(user)`. A key is nobody's phone: it has nothing of its own, and is told so."""

    own: ClassVar[Callable[[User], QuerySet[Any]]]
    # Rows are shown as this makes them of themselves.
    told: ClassVar[Callable[[list[Any]], list[Any]] | None] = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not isinstance(request.user, User):
            raise PermissionDenied("a key has nothing of its own: this is for people who are signed in")

    @property
    def user(self) -> User:
        """Who is signed in."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_queryset(self) -> QuerySet[Any]:
        fake = getattr(self, "swagger_fake_view", False)
        return type(self).own(User(pk=_NOBODY) if fake else self.user)

    def row(self) -> Any:
        """The row of his that the URL names. Raises Http404."""
        return by_ref(self.get_queryset(), self.kwargs["id"])

    def show(self, row: Any) -> Any:
        told = type(self).told
        return self.get_serializer(told([row])[0] if told else row).data


class OwnList(Own):
    """GET: one page of rows."""

    is_list = True

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        told = type(self).told
        return self.get_paginated_response(
            self.get_serializer(told(list(page)) if told else page, many=True).data
        )


class OwnNamed(Own):
    """A view on the row the URL names."""

    pagination_class = None


class OwnDetail(OwnNamed):
    """GET: the row the URL names."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.show(self.row()))


class PlaceBody(Body):
    """A charger by the code on its sticker."""

    code = Text(max_length=40, help_text="As printed or scanned, e.g. `1K-7Q3XW2MA`.")


def evse_named(code: str) -> Evse:
    """The EVSE of a sticker. Raises NotFound."""
    found = evse_of(code)
    if found is None:
        raise NotFound("no sticker of ours has this code")
    return found
