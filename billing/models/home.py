"""Charging at home that an employer pays back: whose station it is, what a kWh is worth, what was told of a month."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from chargers.models import ChargingStation, Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import HomeRateKind
from .account import Account


class HomeStation(PublicModel):
    """A station at an employee's home. Sessions that the employee's tag begins there are paid back by the account.

    It counts from `valid_from` to before `ended_on`, days of the organisation.
    """

    id_prefix = "hom"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="home_stations")
    station = models.ForeignKey(ChargingStation, on_delete=models.PROTECT, related_name="homes")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="home_stations")
    employee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="home_stations"
    )
    employee_name = models.CharField(max_length=160, help_text="As on statements.")
    valid_from = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="The first day it no longer counts.")

    class Meta:
        ordering = ["employee_name", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["station"], condition=Q(ended_on=None), name="home_station_one_open"
            ),
            models.CheckConstraint(
                name="home_station_days", condition=Q(ended_on=None) | Q(ended_on__gt=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} of {self.employee_name}"


class HomeRate(PublicModel):
    """What a kWh is worth from a day on, until the next rate: `per_kwh` in the usual unit of the account's currency."""

    id_prefix = "hrt"

    home = models.ForeignKey(HomeStation, on_delete=models.CASCADE, related_name="rates")
    kind = models.CharField(max_length=8, choices=HomeRateKind)
    per_kwh = models.DecimalField(max_digits=18, decimal_places=8)
    valid_from = models.DateField()

    class Meta:
        ordering = ["home", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["home", "valid_from"], name="home_rate_once_a_day"),
            models.CheckConstraint(name="home_rate_above_zero", condition=Q(per_kwh__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.per_kwh} from {self.valid_from}"


class Reimbursement(PublicModel):
    """What an employer pays back for a month, told once and frozen (trigger). `month` is its first day.

    `parts` has the energy of each home at each rate, its exact amount and what it is rounded to; they add up to
    `total_minor`.
    """

    id_prefix = "rmb"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reimbursements")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reimbursements")
    month = models.DateField()
    currency = models.CharField(max_length=3)
    parts = models.JSONField()
    energy_wh = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "account__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "month"], name="reimbursement_once_a_month"),
            models.CheckConstraint(name="reimbursement_is_of_a_month", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.account}"


class ReimbursementLine(models.Model):
    """A session as it was told: all of its energy the first time (`turn` 0), later what changed since.

    `told_wh` is what the station told by then; where the meter signed begin and end, `energy_wh` is what it signed.
    """

    id = models.BigAutoField(primary_key=True)
    reimbursement = models.ForeignKey(Reimbursement, on_delete=models.PROTECT, related_name="lines")
    home = models.ForeignKey(HomeStation, on_delete=models.PROTECT, related_name="lines")
    rate = models.ForeignKey(HomeRate, on_delete=models.PROTECT, related_name="lines")
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="home_lines")
    turn = models.PositiveIntegerField()
    told_wh = models.BigIntegerField()
    energy_wh = models.BigIntegerField()
    is_signed = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "turn"], name="reimbursement_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id}/{self.turn}: {self.energy_wh} Wh"
