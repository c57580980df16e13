"""Site meters: how they are read, what they measure, how well they do."""

from typing import Final

from django.db import models

from chargers.choices import AVAILABLE, FAULT, OFFLINE, WAITING, ToneChoices


class MeterDriver(models.TextChoices):
    """How readings come in."""

    PUSH = "push", "Sends to our API"
    PULL = "pull", "HTTP, asked by us"
    MODBUS = "modbus", "Modbus TCP"
    MQTT = "mqtt", "MQTT"
    STATION = "station", "Meter of a charging station"


class Measures(models.TextChoices):
    """What flows through a meter."""

    WHOLE = "whole", "Everything behind it, chargers too"
    BUILDING = "building", "Everything but chargers"
    PV = "pv", "Solar power"


# The site's lines behind the meter's own first, second and third line; one digit for a meter of one line.
LINE_ORDERS = [
    ("123", "L1, L2, L3"),
    ("231", "L2, L3, L1"),
    ("312", "L3, L1, L2"),
    ("132", "L1, L3, L2"),
    ("213", "L2, L1, L3"),
    ("321", "L3, L2, L1"),
    ("1", "L1 only"),
    ("2", "L2 only"),
    ("3", "L3 only"),
]


class MeterHealth(ToneChoices):
    """How far a meter can be relied on now."""

    OFF = "off", OFFLINE, "Switched off"
    NEVER = "never", WAITING, "No reading yet"
    LIVE = "live", AVAILABLE, "Live"
    LATE = "late", WAITING, "Late"
    SILENT = "silent", FAULT, "Silent"
    DOUBTED = "doubted", FAULT, "Not believed"


class LoadSource(ToneChoices):
    """Where the load of a building that is reckoned with comes from (decreasing trust)."""

    METER = "meter", AVAILABLE, "Measured now"
    LAST_HOUR = "last_hour", WAITING, "Highest of the last hour"
    WORST_CASE = "worst_case", FAULT, "Worst case"
    UNKNOWN = "unknown", FAULT, "Unknown: the whole limit is kept free"


class NeedSource(models.TextChoices):
    """Who says what a car needs, the most trusted first; see `TRUST`."""

    CAR = "car", "The car itself"
    DRIVER = "driver", "The driver"
    OPERATOR = "operator", "The operator"
    FLEET = "fleet", "The fleet's schedule"
    TAG = "tag", "Usual for this ID tag"
    GROUP = "group", "Usual for this group"
    BATTERY = "battery", "Its state of charge"
    HISTORY = "history", "Estimated from earlier sessions"


# What nobody said: measured, or worked out from visits that ended.
WORKED_OUT: Final = frozenset({NeedSource.BATTERY, NeedSource.HISTORY})

# In decreasing trust; confidence is how far a plan may rely on it.
TRUST: Final = {
    NeedSource.CAR: 0.95,
    NeedSource.DRIVER: 0.9,
    NeedSource.OPERATOR: 0.9,
    NeedSource.FLEET: 0.8,
    NeedSource.TAG: 0.6,
    NeedSource.GROUP: 0.5,
    NeedSource.BATTERY: 0.4,
    NeedSource.HISTORY: 0.3,
}


class NeedClass(models.TextChoices):
    """Who is served first when there is not enough for all."""

    HIGH = "high", "First"
    NORMAL = "normal", "Like everybody"
    LOW = "low", "When there is room"


class LimitScope(models.TextChoices):
    """What a limit from outside bounds."""

    ALL = "all", "Everything behind the circuit"
    CHARGERS = "chargers", "The chargers alone"


class LimitState(ToneChoices):
    """Where a limit from outside stands."""

    PLANNED = "planned", WAITING, "To come"
    ACTIVE = "active", FAULT, "In force"
    OVER = "over", OFFLINE, "Over"
    ENDED = "ended", OFFLINE, "Ended early"
