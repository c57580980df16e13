"""What the fields of generated command forms are called, and what belongs into them."""

import re
from types import MappingProxyType
from typing import Final

LABELS: Final = MappingProxyType(
    {
        "attributeValue": "Value",
        "certificate": "Certificate",
        "certificateChain": "Certificate chain",
        "certificateType": "Trusted for",
        "component.name": "Component",
        "connectorId": "Connector",
        "evse.id": "EVSE",
        "evseId": "EVSE",
        "expiryDate": "Kept until",
        "hashAlgorithm": "Hash algorithm",
        "idTag": "ID tag",
        "idToken.idToken": "ID tag",
        "idToken.type": "Kind of ID tag",
        "installDateTime": "Install at",
        "issuerKeyHash": "Hash of the issuer's key",
        "issuerNameHash": "Hash of the issuer's name",
        "key": "Setting",
        "latestTimestamp": "Entries until",
        "listVersion": "Version of the list",
        "location": "Address",
        "logType": "Log",
        "messageId": "Message",
        "oldestTimestamp": "Entries from",
        "operationalStatus": "Shall be",
        "parentIdTag": "Group of ID tags",
        "remoteLocation": "Address",
        "remoteStartId": "Number of this request",
        "requestedMessage": "Message",
        "requestId": "Number of this request",
        "reservationId": "Number of the reservation",
        "retrieveDate": "Fetch from",
        "retrieveDateTime": "Fetch from",
        "retryInterval": "Pause between retries (s)",
        "startTime": "Entries from",
        "stopTime": "Entries until",
        "transactionId": "Transaction",
        "updateType": "Full or changes",
        "variable.name": "Variable",
        "vendorId": "Vendor",
    }
)
"""By the end of the path in the payload; what is missing is called by its name on the wire, in words."""

HINTS: Final = MappingProxyType(
    {
        "certificate": "PEM, from BEGIN to END CERTIFICATE.",
        "certificateChain": "PEM: the station's certificate first, then its issuers.",
        "data": "Text in the form this vendor has agreed on.",
        "idTag": "The UID that is billed.",
        "key": "Names as in the Configuration tab.",
        "listVersion": "Higher than the one the station has.",
        "location": "Where the file is fetched from or brought to: https, http, ftps or ftp.",
        "parentIdTag": "Every tag of this group may use the place.",
        "remoteLocation": "Where the file is brought to: https, http, ftps or ftp.",
        "requestId": "Any number; the station's reports carry it.",
        "reservationId": "As the page of the reservation shows it.",
        "retries": "How often to try again when it fails.",
        "signature": "Base64, as the manufacturer gave it.",
        "signingCertificate": "PEM, from the manufacturer.",
        "transactionId": "The reference on the page of the transaction.",
        "vendorId": "Such as com.example; the vendor's documents name it.",
    }
)
"""What a schema without descriptions does not say."""


def label(name: str) -> str:
    """A path such as `evse.connectorId` in words: "Connector"."""
    found = _of_end(LABELS, name)
    return found or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.rpartition(".")[2]).capitalize()


def hint(name: str, described: str) -> str:
    """The standard's own sentence, else ours, and the name on the wire where the label is another word."""
    said = described or _of_end(HINTS, name)
    wire = "" if label(name).lower() == name.lower() else f"Sent as {name}."
    return f"{said} {wire}".strip()


def _of_end(table: MappingProxyType[str, str], name: str) -> str:
    """What the table says of the last two steps of a path, else of the last one."""
    steps = name.split(".")
    return table.get(".".join(steps[-2:])) or table.get(steps[-1], "")
