"""Standard rates of VAT by country, each from its first day.

Source: European Commission, "VAT rates applied in the Member States of the European Union" and Taxes in Europe
Database; Skatteetaten (NO), Federal Tax Administration (CH), HMRC (GB). Reduced rates are not here: electricity has one
in some countries, and whether charging a car shares it is for the tax adviser, who writes it into the tariff.
"""

from datetime import date
from decimal import Decimal

_Rates = tuple[tuple[date, Decimal], ...]


def _since(*pairs: tuple[str, str]) -> _Rates:
    return tuple((date.fromisoformat(day), Decimal(rate)) for day, rate in pairs)


# Greece is GR here (ISO 3166-1); its VAT ids begin with EL.
STANDARD: dict[str, _Rates] = {
    "AT": _since(("1984-01-01", "20")),
    "BE": _since(("1996-01-01", "21")),
    "BG": _since(("1999-01-01", "20")),
    "CY": _since(("2014-01-13", "19")),
    "CZ": _since(("2013-01-01", "21")),
    "DE": _since(("2007-01-01", "19"), ("2020-07-01", "16"), ("2021-01-01", "19")),
    "DK": _since(("1992-01-01", "25")),
    "EE": _since(("2009-07-01", "20"), ("2024-01-01", "22"), ("2025-07-01", "24")),
    "ES": _since(("2012-09-01", "21")),
    "FI": _since(("2013-01-01", "24"), ("2024-09-01", "25.5")),
    "FR": _since(("2014-01-01", "20")),
    "GR": _since(("2016-06-01", "24")),
    "HR": _since(("2012-03-01", "25")),
    "HU": _since(("2012-01-01", "27")),
    "IE": _since(("2012-01-01", "23"), ("2020-09-01", "21"), ("2021-03-01", "23")),
    "IT": _since(("2013-10-01", "22")),
    "LT": _since(("2009-09-01", "21")),
    "LU": _since(("2015-01-01", "17"), ("2023-01-01", "16"), ("2024-01-01", "17")),
    "LV": _since(("2012-07-01", "21")),
    "MT": _since(("2004-01-01", "18")),
    "NL": _since(("2012-10-01", "21")),
    "PL": _since(("2011-01-01", "23")),
    "PT": _since(("2011-01-01", "23")),
    "RO": _since(("2017-01-01", "19"), ("2025-08-01", "21")),
    "SE": _since(("1990-07-01", "25")),
    "SI": _since(("2013-07-01", "22")),
    "SK": _since(("2011-01-01", "20"), ("2025-01-01", "23")),
    "CH": _since(("2018-01-01", "7.7"), ("2024-01-01", "8.1")),
    "GB": _since(("2011-01-04", "20")),
    "NO": _since(("2005-01-01", "25")),
}
EU = frozenset(STANDARD) - {"CH", "GB", "NO"}


def standard_rate(country: str, day: date) -> Decimal | None:
    """The standard rate on a day, in percent; None for a country or a day that the table does not know."""
    known = [rate for first, rate in STANDARD.get(country, ()) if first <= day]
    return known[-1] if known else None
