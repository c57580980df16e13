"""`transactions/{id}/explanation`: why a transaction is as it is, in sentences."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.explain import price_entries
from chargers.choices import EntryActor, EntryKind
from chargers.explain import explanation_for
from chargers.selectors.transactions import transactions_for

from ...views import Detail, check_parameters


class EntrySerializer(serializers.Serializer[Any]):
    """One line of the timeline; what the caller may not see is left empty."""

    kind = serializers.ChoiceField(choices=EntryKind.choices)
    actor = serializers.ChoiceField(choices=EntryActor.choices)
    at = serializers.DateTimeField()
    sentence = serializers.CharField()
    detail = serializers.CharField()
    said_at = serializers.DateTimeField(allow_null=True, help_text="By the station's own clock.")
    received_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    code = serializers.CharField(help_text="The message's name on the wire.")
    request = serializers.CharField(help_text="Raw text.")
    reply = serializers.CharField(help_text="Raw text.")
    reference = serializers.CharField(help_text="The command or case behind it.")


class ExplanationSerializer(serializers.Serializer[Any]):
    """A summary and everything that happened, in order."""

    summary = serializers.CharField()
    entries = EntrySerializer(many=True)


@extend_schema(tags=["transactions"])
class TransactionExplanation(Detail):
    """A transaction explained."""

    scopes = {"GET": "transactions.view"}
    selector = transactions_for
    serializer_class = ExplanationSerializer

    @extend_schema(operation_id="transactions_explanation", summary="Explain a transaction")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_parameters(request, set())
        row = self.row()
        found = explanation_for(self.viewer, row, price_entries(self.viewer, row))
        return Response(self.show(found))
