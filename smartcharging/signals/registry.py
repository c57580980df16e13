"""Which driver listens to which kind of sender."""

from collections.abc import Mapping
from typing import Final

from .driver import Driver
from .openadr import settings as openadr_settings
from .openadr import source as openadr_source

DRIVERS: Final[Mapping[str, Driver]] = {
    "openadr": Driver(openadr_settings.check, openadr_source.listen),
}
