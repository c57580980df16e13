"""How invoices that are not paid are shown, and what may be said about them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.choices import DunningLevel
from billing.models import DunningCase, DunningProfile, DunningStep
from billing.selectors.invoices import invoices_for
from billing.services.dunning.outlook import Outlook, outlook

from ...fields import Body, OrganisationField, PublicIdField, Text, public_id

NAMES = {level: level.name.lower() for level in DunningLevel}
LEVELS = [(name, name) for name in NAMES.values()]
TAKEN = LEVELS[1:]
_FACTS = (
    "is_active", "reminder_days", "second_days", "block_days", "hand_over_days", "reminder_fee_minor",
    "second_fee_minor", "block_fee_minor", "hand_over_fee_minor",
)  # fmt: skip


class LevelField(serializers.ChoiceField):
    """A level by its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LEVELS, **kwargs)

    def to_representation(self, value: Any) -> str:
        return NAMES[DunningLevel(value)]


class DunningRulesSerializer(serializers.ModelSerializer[DunningProfile]):
    """When customers are reminded. Days count from the day an invoice was due; null leaves a level out.

    Fees are minor units of the invoice's currency.
    """

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = DunningProfile
        fields = ["id", "organisation", *_FACTS]


class DunningRulesBody(Body):
    """What is to change; what is not named stays."""

    organisation = OrganisationField()
    is_active = serializers.BooleanField(required=False)
    reminder_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    second_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    block_days = serializers.IntegerField(min_value=1, max_value=365, required=False, allow_null=True)
    hand_over_days = serializers.IntegerField(min_value=1, max_value=365, required=False, allow_null=True)
    reminder_fee_minor = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    second_fee_minor = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    block_fee_minor = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    hand_over_fee_minor = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)


class DunningOutlookSerializer(serializers.Serializer[Outlook]):
    """What is open now and what comes next; the next level is null while it does not run."""

    open_minor = serializers.IntegerField()
    days_overdue = serializers.IntegerField()
    next_level = LevelField(allow_null=True)
    next_on = serializers.DateField(allow_null=True, help_text="Null while nobody is reminded by the clock.")
    next_fee_minor = serializers.IntegerField()


class DunningCaseSerializer(serializers.ModelSerializer[DunningCase]):
    """An invoice that was not paid in time. Amounts are minor units of `currency`."""

    id = public_id()
    organisation = public_id(source="organisation")
    account = public_id(source="account")
    invoice = public_id(source="invoice")
    code = serializers.CharField(source="invoice.code", read_only=True)
    currency = serializers.CharField(source="invoice.currency", read_only=True)
    due_on = serializers.DateField(source="invoice.due_on", read_only=True)
    level = LevelField(read_only=True)
    now = serializers.SerializerMethodField()

    class Meta:
        model = DunningCase
        fields = [
            "id", "organisation", "account", "invoice", "code", "currency", "due_on", "state", "level", "turn",
            "taken_on", "because", "opened_at", "ended_at", "now",
        ]  # fmt: skip

    @extend_schema_field(DunningOutlookSerializer)
    def get_now(self, case: DunningCase) -> dict[str, Any]:
        """Read from the books for each answer."""
        return dict(DunningOutlookSerializer(outlook(case)).data)


class DunningStepSerializer(serializers.ModelSerializer[DunningStep]):
    """A level that was taken: what was open then, its fee and the invoice over it, how far its mail is."""

    id = public_id()
    case = public_id(source="case")
    level = LevelField(read_only=True)
    fee_invoice = public_id(source="fee_invoice")
    mail = serializers.CharField(source="state", read_only=True)

    class Meta:
        model = DunningStep
        fields = [
            "id", "case", "turn", "level", "taken_at", "taken_by", "open_minor", "fee_minor", "fee_invoice", "to",
            "mail", "sent_at",
        ]  # fmt: skip


class DunningCaseBody(Body):
    """An open invoice that is due."""

    invoice = PublicIdField(invoices_for, "invoice")


class DunningHoldBody(Body):
    """Why nothing is asked of the customer for now."""

    because = Text(max_length=255)
    is_disputed = serializers.BooleanField(default=False, help_text="The customer says that it is wrong.")


class DunningAdvanceBody(Body):
    """The level to take now: always the next one, so that a repeat changes nothing."""

    level = serializers.ChoiceField(TAKEN)
