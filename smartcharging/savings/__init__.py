"""What sharing a site's power saved against "first come, first served", on the sessions that were recorded there."""

from .comparing import Prices, Savings, Side, savings
from .pricing import series_prices
from .recorded import LONGEST, Recorded, recorded

__all__ = ["LONGEST", "Prices", "Recorded", "Savings", "Side", "recorded", "savings", "series_prices"]
