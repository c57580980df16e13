"""Why a payment or a start came to nothing, in a driver's words and language.

Operators read the full text of the station or the provider; a driver reads what it means for him.
"""

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.services.payments.starting import start_failure
from chargers.choices import StartMissed
from chargers.models import Command

_MISSED: Final = {
    StartMissed.CARD_REFUSED: _("The charger did not get the permission to charge."),
    StartMissed.GIVEN_UP: _("The charger gave up waiting: the car was unplugged before charging began."),
    StartMissed.NO_CAR: _("No car was plugged in in time."),
    StartMissed.NOT_BEGUN: _("The car is plugged in, but it did not begin to charge."),
    StartMissed.BUSY: _("The charger is in use by somebody else."),
    StartMissed.SHUT: _("The charger cannot charge at the moment."),
    StartMissed.FINISHING: _("The charger has not finished the session before. Unplug, and plug in again."),
    StartMissed.TAKEN: _("The charger is in use by somebody else."),
    StartMissed.OFFLINE: _("The charger lost its connection before charging began."),
}
# What the books write down as the reason of a release or of a failure.
_KNOWN: Final = {
    "the driver went away": _("You cancelled before charging began."),
    "the payer did not finish the payment": _("The payment was not finished in time."),
    "the charger could not be reached": _("The charger could not be reached."),
    "the charger did not answer": _("The charger did not answer."),
    "the bank declined the card": _("Your bank declined the card."),
    "the payer must confirm": _("The payment was not confirmed."),
    # Stripe's words for the cards that are refused most often.
    "Your card was declined.": _("Your bank declined the card."),
    "Your card has insufficient funds.": _("There is not enough money on this card."),
    "Your card has expired.": _("This card has expired."),
    "Your card's security code is incorrect.": _("The security code of the card is wrong."),
    "The provided PaymentMethod has failed authentication.": _("The payment was not confirmed."),
}


def payment_failure(text: str) -> str:
    """Why a payment failed; what a provider said in words of its own is passed on as it is. "" for nothing."""
    return str(_KNOWN.get(text, text))


def not_started(command: Command | None, text: str = "") -> str:
    """Why no session came of a start; `text` is what was written down beside it. "" where one still may come."""
    missed = command.expectation.get("why") if command and start_failure(command) else None
    if missed in _MISSED:
        return str(_MISSED[StartMissed(missed)])
    told = text or start_failure(command)
    if not told:
        return ""
    return str(_KNOWN[told]) if told in _KNOWN else gettext("The charger refused to start.")
