"""What a vendor's module is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chargers.domain import Answer, DataAnswer, Report


@dataclass(frozen=True, slots=True)
class VendorMessage:
    """One message of a vendor. Pure: what has to be looked up or stored is done by the service of its report.

    `read` turns the data into a report, or answers at once. `reply` makes the data of the answer to that report.
    """

    read: Callable[[Any], Report | DataAnswer]
    reply: Callable[[Answer], Any]


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor id and the messages we understand, by message id."""

    vendor_id: str
    messages: Mapping[str, VendorMessage]
