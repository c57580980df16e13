"""How stations at homes and what employers pay back are shown and asked for."""

from typing import Any

from rest_framework import serializers

from billing.choices import HomeRateKind
from billing.models import HomeRate, HomeStation, Reimbursement, ReimbursementLine
from billing.selectors.accounts import accounts_for
from chargers.selectors.stations import stations_for

from ...fields import Body, PublicIdField, public_id


class HomeRateSerializer(serializers.ModelSerializer[HomeRate]):
    """What a kWh is worth from a day on, in the usual unit of the account's currency."""

    class Meta:
        model = HomeRate
        fields = ["kind", "per_kwh", "valid_from"]


class HomeStationSerializer(serializers.ModelSerializer[HomeStation]):
    """A station at an employee's home; `account` pays back what the employee charges there."""

    id = public_id()
    station = public_id(source="station")
    account = public_id(source="account")
    rates = HomeRateSerializer(many=True, read_only=True)

    class Meta:
        model = HomeStation
        fields = [
            "id",
            "station",
            "account",
            "employee_name",
            "valid_from",
            "ended_on",
            "rates",
            "created_at",
        ]


class HomeRateBody(Body):
    """A rate for a kWh."""

    kind = serializers.ChoiceField(HomeRateKind.choices)
    per_kwh = serializers.DecimalField(
        18, 8, min_value=0, help_text="In the usual unit of the account's currency."
    )
    valid_from = serializers.DateField()


class HomeStationBody(HomeRateBody):
    """A station at the home of a member of an employer's account, with its first rate."""

    station = PublicIdField(stations_for, "station")
    account = PublicIdField(accounts_for, "account")
    employee = serializers.EmailField(help_text="Of a member of the account.")


class HomeEndBody(Body):
    """When it ends."""

    ended_on = serializers.DateField(help_text="The first day it no longer counts.")


class HomeMonthBody(Body):
    """A month that is over."""

    month = serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", help_text="Such as 2026-10.")


class HomePartSerializer(serializers.Serializer[Any]):
    """What an employee gets at one rate: energy, exact amount in minor units, and that rounded."""

    home = serializers.CharField()
    employee = serializers.CharField()
    station = serializers.CharField()
    kind = serializers.ChoiceField(HomeRateKind.choices)
    per_kwh = serializers.CharField()
    energy_wh = serializers.IntegerField()
    exact = serializers.CharField()
    minor = serializers.IntegerField()


class ReimbursementSerializer(serializers.ModelSerializer[Reimbursement]):
    """What an employer pays back for a month. Amounts are minor units of `currency`."""

    id = public_id()
    account = public_id(source="account")
    month = serializers.DateField(format="%Y-%m", read_only=True)
    parts = HomePartSerializer(many=True, read_only=True)

    class Meta:
        model = Reimbursement
        fields = ["id", "account", "month", "currency", "energy_wh", "total_minor", "parts", "made_at"]


class ReimbursementLineSerializer(serializers.ModelSerializer[ReimbursementLine]):
    """A session as a statement tells it: all of it the first time, `turn` 0, later what changed since."""

    transaction = public_id(source="transaction")
    home = public_id(source="home")
    per_kwh = serializers.DecimalField(18, 8, source="rate.per_kwh", read_only=True)

    class Meta:
        model = ReimbursementLine
        fields = ["transaction", "home", "turn", "energy_wh", "is_signed", "per_kwh"]
