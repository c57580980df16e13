"""The states of load balancing: value, tone and label of each once."""

from django.db import models

from chargers.choices import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class ProfileState(ToneChoices):
    """How far a profile of ours has come at its station."""

    DESIRED = "desired", WAITING, "Wanted"
    PENDING = "pending", WAITING, "Sent"
    CONFIRMED = "confirmed", AVAILABLE, "Confirmed"
    REFUSED = "refused", FAULT, "Refused"
    # Nobody knows whether it arrived, or the station's composite schedule shows something else.
    DRIFTED = "drifted", FAULT, "Uncertain"
    CLEARED = "cleared", OFFLINE, "Removed"


class ReadbackState(ToneChoices):
    """How far a station has come with telling all profiles it holds."""

    ASKED = "asked", WAITING, "Asked"
    COMPLETE = "complete", AVAILABLE, "Reported"
    REFUSED = "refused", OFFLINE, "Cannot say"


class ProfileSource(models.TextChoices):
    """Who installed a profile, as the station says (OCPP 2.0.1 ChargingLimitSourceEnumType); by hand: one of us."""

    HAND = "hand", "Sent by hand from here"
    LEFT_OVER = "left over", "Left over from us"
    CSO = "CSO", "Another back office"
    EMS = "EMS", "An energy manager at the site"
    SO = "SO", "The grid operator"
    OTHER = "Other", "Somebody else"


class StandingState(ToneChoices):
    """How far a station can be relied on to keep to its limits."""

    UNKNOWN = "unknown", OFFLINE, "Not yet known"
    TRUSTED = "trusted", AVAILABLE, "Keeps its limits"
    RESERVED = "reserved", WAITING, "Silent, reserved"
    UNCONTROLLED = "uncontrolled", FAULT, "Not controlled"


class UncontrolledReason(models.TextChoices):
    """Why a station does not count as controlled."""

    REFUSED = "refused", "It refuses charging profiles"
    DISOBEYED = "disobeyed", "It draws more than it was granted"
    UNSUPPORTED = "unsupported", "It has no charging profiles"


class PlanState(ToneChoices):
    """How a plan came about."""

    OPTIMAL = "optimal", CHARGING, "Planned"
    FALLBACK = "fallback", WAITING, "Shared without a plan"
    FAILED = "failed", FAULT, "Could not be planned"
