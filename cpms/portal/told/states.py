"""How a visit stands in a driver's words."""

from chargers.choices import AVAILABLE, CHARGING, FAULT, WAITING, ToneChoices


class Stage(ToneChoices):
    """How far a visit has come. The first word a driver reads."""

    ASKING = "asking", WAITING, "Asking your bank"
    PAYING = "paying", WAITING, "Confirm your payment"
    DECLINED = "declined", FAULT, "Payment not accepted"
    STARTING = "starting", WAITING, "Starting"
    NOT_STARTED = "not_started", FAULT, "Charging did not start"
    CHARGING = "charging", CHARGING, "Charging"
    PAUSED = "paused", WAITING, "Paused"
    STOPPING = "stopping", WAITING, "Stopping"
    PRICING = "pricing", WAITING, "Working out the price"
    CHECKING = "checking", WAITING, "The price is being checked"
    DONE = "done", AVAILABLE, "Done"


# Nothing more happens by itself.
FINAL_STAGES = (Stage.DECLINED, Stage.NOT_STARTED, Stage.DONE)
# The car is plugged in.
LIVE_STAGES = (Stage.CHARGING, Stage.PAUSED, Stage.STOPPING)
