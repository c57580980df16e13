"""Units and usual bounds of prices, in words."""

from ..tariff import Dimension

DIMENSION_WORDS = {
    Dimension.ENERGY: "energy",
    Dimension.TIME: "charging time",
    Dimension.PARKING_TIME: "idle time",
}
_PER = {
    Dimension.ENERGY: "a kWh",
    Dimension.TIME: "an hour",
    Dimension.PARKING_TIME: "an hour",
    Dimension.FLAT: "a session",
}
# Above these a price is more often a slip of the keyboard than meant; in euros.
_BOUND = {Dimension.ENERGY: 3, Dimension.TIME: 60, Dimension.PARKING_TIME: 60, Dimension.FLAT: 50}
# About how many of a currency make a euro, where it is far from one.
_A_EURO = {
    "BGN": 2, "CNY": 8, "CZK": 25, "DKK": 8, "HUF": 400, "INR": 100, "ISK": 150, "JPY": 160, "KRW": 1500,
    "NOK": 12, "PLN": 5, "RON": 5, "RSD": 120, "SEK": 12, "TRY": 50, "UAH": 50, "ZAR": 20,
}  # fmt: skip
_NEAR_A_EURO = frozenset({"AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"})


def per_unit(dimension: Dimension) -> str:
    """What a price of the dimension is for: "a kWh"."""
    return _PER[dimension]


def bound_of(dimension: Dimension, currency: str) -> int | None:
    """The price above which somebody should look twice; None for a currency whose worth is not known here."""
    factor = 1 if currency in _NEAR_A_EURO else _A_EURO.get(currency)
    return _BOUND[dimension] * factor if factor else None
