"""Why charging was stopped before more was spent."""

from django.db import models


class SpendingRule(models.TextChoices):
    """Which limit was about to be reached."""

    WALLET = "wallet", "Money in the wallet"
    CREDIT = "credit", "Credit limit of the account"
    SESSION = "session", "Limit for one session"
    DAY = "day", "Limit for the day"
    MONTH = "month", "Limit for the month"
    BUDGET = "budget", "Monthly budget of the member"
    HOLD = "hold", "Amount held on the card"
