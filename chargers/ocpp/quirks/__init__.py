"""What vendors say through DataTransfer: one module a vendor id, each with its evidence in the docstring.

A module offers `VENDOR`. An unknown vendor is answered UnknownVendorId, a known one with a message we do not know
UnknownMessageId (OCPP 1.6 §4.3); neither is looked into.
"""

from typing import Final

from chargers.domain import DataReceived

from . import oca_plug_and_charge
from .vendor import Vendor, VendorMessage

VENDORS: Final[dict[str, Vendor]] = {v.vendor_id.casefold(): v for v in (oca_plug_and_charge.VENDOR,)}


def find(report: DataReceived) -> VendorMessage | str:
    """The vendor's message, or the status that refuses it. Ids ignore case (CiString255Type, OCPP 1.6 §7)."""
    vendor = VENDORS.get(report.vendor_id.casefold())
    if vendor is None:
        return "UnknownVendorId"
    known = {name.casefold(): message for name, message in vendor.messages.items()}
    return known.get(report.message_id.casefold(), "UnknownMessageId")
