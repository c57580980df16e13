"""`my/problems`: what a driver says is wrong. Operators find it among the `cases`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import Case
from cpms.drivers.choices import ProblemKind
from cpms.drivers.selectors import problems_of, sessions_of
from cpms.drivers.services.problems import Problem, problem_report

from ...auth import ANYBODY
from ...fields import Body, Text, public_id
from ...own import OwnList, evse_named


class OwnProblemSerializer(serializers.ModelSerializer[Case]):
    """A problem that was reported; `answer` are the words of whoever dealt with it."""

    id = public_id()
    station = serializers.CharField(source="station.label")
    session = public_id(source="transaction", allow_null=True)
    what = serializers.CharField(source="evidence.what")
    text = serializers.CharField(source="evidence.text")
    answer = serializers.CharField(source="reason")

    class Meta:
        model = Case
        fields = ["id", "station", "session", "what", "text", "state", "happened_at", "resolved_at", "answer"]


class ProblemBody(Body):
    """What is wrong, where, and in which session of one's own."""

    code = Text(max_length=40, help_text="On the sticker of the charger.")
    what = serializers.ChoiceField(ProblemKind.choices)
    text = Text(max_length=1000, required=False, allow_blank=True, help_text="Needed for `other`.")
    session = Text(max_length=40, required=False, help_text="One of your sessions at that station.")


@extend_schema(tags=["my"])
class OwnProblems(OwnList):
    """What you reported."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = problems_of
    serializer_class = OwnProblemSerializer

    @extend_schema(operation_id="my_problems_list", summary="List the problems you reported")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_problems_create", summary="Report a problem",
        description="The same words on the same day are one report.", request=ProblemBody,
        responses={201: OwnProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(ProblemBody)
        evse = evse_named(body["code"])
        mine = sessions_of(self.user).filter(station_id=evse.station_id)
        session = mine.filter(public_id=body.get("session", "")).first()
        said = Problem(ProblemKind(body["what"]), body.get("text", ""), self.user)
        return Response(self.show(problem_report(evse, said, session)), status=201)
