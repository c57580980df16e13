"""`cases`: the reconciliation desk. What no rule can decide, with evidence, proposed fixes and decisions."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import CaseFix
from chargers.explain import cases as words
from chargers.filters.cases import CaseFilter
from chargers.models import Case
from chargers.selectors.transactions import cases_for
from chargers.services.cases.desk import CaseClosed, case_accept, case_dismiss
from chargers.services.cases.fixes import CannotFix

from ...auth import viewer_of
from ...errors import Conflict, Unprocessable
from ...fields import Body, Text, public_id
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named


class FixSerializer(serializers.Serializer[Any]):
    """One possible fix: what it does in a sentence, and its figures."""

    fix = serializers.ChoiceField(choices=CaseFix.choices)
    sentence = serializers.CharField()
    figures = serializers.DictField()


class CaseSerializer(serializers.ModelSerializer[Case]):
    """A case. The first of `fixes` is the proposed one; `changes` says what the accepted fix changed."""

    id = public_id()
    station = public_id(source="station")
    transaction = public_id(source="transaction", allow_null=True)
    story = serializers.SerializerMethodField(help_text="What happened, in a sentence.")
    evidence = serializers.SerializerMethodField(help_text="Null values for callers without tags.view.")
    fixes = serializers.SerializerMethodField()
    changes = serializers.DictField()

    class Meta:
        model = Case
        fields = [
            "id", "kind", "state", "station", "transaction", "happened_at", "story", "evidence", "fixes",
            "resolved_at", "resolved_by", "fix", "reason", "changes",
        ]  # fmt: skip

    def get_story(self, case: Case) -> str:
        return words.story(case, self._sees_cards(case))

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_evidence(self, case: Case) -> dict[str, Any]:
        return case.evidence if self._sees_cards(case) else case.evidence | {"card": None}

    @extend_schema_field(FixSerializer(many=True))
    def get_fixes(self, case: Case) -> list[dict[str, Any]]:
        return [
            {
                "fix": option["fix"],
                "sentence": words.proposal(option),
                "figures": {name: value for name, value in option.items() if name != "fix"},
            }
            for option in case.options
        ]

    def _sees_cards(self, case: Case) -> bool:
        return viewer_of(self.context["request"]).may("tags.view", case.organisation_id)


class AcceptBody(Body):
    """Which fix to apply; the proposed one when none is named."""

    option = serializers.IntegerField(
        min_value=0, max_value=99, required=False, help_text="Place in `fixes`, from 0."
    )
    reason = Text(max_length=255, required=False, allow_blank=True)


class DismissBody(Body):
    """Why everything stays as it is."""

    reason = Text(max_length=255)


@extend_schema(tags=["cases"])
class Cases(List):
    """All cases, newest first."""

    scopes = {"GET": "transactions.view"}
    selector = cases_for
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    ordering = ("-happened_at", "-id")

    @extend_schema(operation_id="cases_list", summary="List cases")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["cases"])
class OneCase(Detail):
    """One case."""

    scopes = {"GET": "transactions.view"}
    selector = cases_for
    serializer_class = CaseSerializer

    @extend_schema(operation_id="cases_read", summary="Read a case")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["cases"])
class CaseAccept(Named):
    """Applying a fix."""

    scopes = {"POST": "transactions.correct"}
    selector = cases_for
    serializer_class = CaseSerializer

    @extend_schema(
        operation_id="cases_accept",
        summary="Apply a fix of a case",
        description="409 when the case is closed, or when the facts have moved on since the fix was proposed.",
        request=AcceptBody,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, id: str) -> Response:
        case, body = self.row(), self.read(AcceptBody)
        return once(request, lambda: self._accept(case, body))

    def _accept(self, case: Case, body: dict[str, Any]) -> Response:
        try:
            return Response(self.show(case_accept(case, self.actor, **body)))
        except (CaseClosed, CannotFix) as error:
            raise Conflict(str(error)) from None
        except IndexError:
            raise Unprocessable({"option": ["is no place in the case's fixes"]}) from None


@extend_schema(tags=["cases"])
class CaseDismiss(Named):
    """Leaving everything as it is."""

    scopes = {"POST": "transactions.correct"}
    selector = cases_for
    serializer_class = CaseSerializer

    @extend_schema(
        operation_id="cases_dismiss",
        summary="Dismiss a case with a reason",
        request=DismissBody,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, id: str) -> Response:
        case, body = self.row(), self.read(DismissBody)
        return once(request, lambda: self._dismiss(case, body["reason"]))

    def _dismiss(self, case: Case, reason: str) -> Response:
        try:
            return Response(self.show(case_dismiss(case, self.actor, reason)))
        except CaseClosed as error:
            raise Conflict(str(error)) from None
