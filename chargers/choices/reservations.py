"""The life of a reservation."""

from .tones import AVAILABLE, FAULT, OFFLINE, WAITING, ToneChoices


class ReservationState(ToneChoices):
    """The life of a reservation; only `active` keeps the place free for somebody."""

    REQUESTED = "requested", WAITING, "Asked for"
    ACTIVE = "active", AVAILABLE, "Active"
    REJECTED = "rejected", FAULT, "Refused by station"
    USED = "used", AVAILABLE, "Used"
    CANCELLED = "cancelled", OFFLINE, "Cancelled"
    EXPIRED = "expired", OFFLINE, "Expired"
    FAILED = "failed", FAULT, "Failed"


OPEN_RESERVATIONS = (ReservationState.REQUESTED, ReservationState.ACTIVE)
