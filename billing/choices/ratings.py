"""States of ratings: what the price of a session is worth at the moment."""

from django.db import models

from chargers.choices import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class RatingState(ToneChoices):
    """From a running price to a final one. An outcome is final, held or without a tariff; a session has one at most."""

    ESTIMATE = "estimate", CHARGING, "So far"
    FINAL = "final", AVAILABLE, "Final"
    HELD = "held", FAULT, "Held"
    UNPRICED = "unpriced", OFFLINE, "No tariff"
    PROPOSED = "proposed", WAITING, "Correction proposed"
    SUPERSEDED = "superseded", OFFLINE, "Replaced"
    REJECTED = "rejected", OFFLINE, "Correction rejected"


OUTCOMES = (RatingState.FINAL, RatingState.HELD, RatingState.UNPRICED)
# Those a person has to decide.
UNDECIDED = (RatingState.HELD, RatingState.PROPOSED)


class Doubt(models.TextChoices):
    """Why a rating is held, or a price changes nothing."""

    METER = "meter", "The meter readings leave the energy in doubt"
    TIMES = "times", "The session ends before it starts"
    NEGATIVE = "negative", "The prices make this a credit"
    REFUSED = "refused", "The session cannot be rated"
    CURRENCY = "currency", "The account is in another currency than the tariff"
    SIGNATURE = "signature", "The signed meter values leave a doubt"
    BOOKS = "books", "The books refuse the charge"
