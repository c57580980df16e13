"""A meter that signs what it counts, in the Open Charge Metering Format (OCMF 1.2, ECDSA-secp256r1-SHA256)."""

import hashlib
import json
from datetime import UTC, datetime
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = "ECDSA-secp256r1-SHA256"
REASONS = {"Transaction.Begin": "B", "Transaction.End": "E"}
"""What is signed: the ends of a transaction, as calibration law asks for (OCMF 1.2, table 7, TX)."""

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SigningMeter:
    """The meter of one outlet. Its key follows from its serial number, so that a demo knows it beforehand:

    good for simulated meters only.
    """

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self._page = 0

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        secret = int.from_bytes(hashlib.sha256(f"simulated meter {self.serial}".encode()).digest())
        return ec.derive_private_key(secret % (_ORDER - 1) + 1, ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """SubjectPublicKeyInfo in DER, as hex: what stands on the label of a meter."""
        public = self._key.public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()

    def record(self, context: str, at: datetime, register_wh: int) -> str:
        """A signed record of the register; "" for a context in which nothing is signed."""
        if context not in REASONS:
            return ""
        payload = json.dumps(self._payload(REASONS[context], at, register_wh), separators=(",", ":"))
        signature = self._key.sign(payload.encode(), ec.ECDSA(SHA256())).hex()
        return f"OCMF|{payload}|" + json.dumps({"SA": ALGORITHM, "SD": signature}, separators=(",", ":"))

    def _payload(self, reason: str, at: datetime, register_wh: int) -> dict[str, object]:
        reading = {
            "TM": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S},{at.microsecond // 1000:03d}+0000 S", "TX": reason,
            "RV": register_wh / 1000, "RI": "1-b:1.8.0", "RU": "kWh", "EF": "", "ST": "G",
        }  # fmt: skip
        return {
            "FV": "1.2", "GI": "Northwind gateway", "GS": self.serial, "GV": "1.0", "PG": f"T{self._turn(at)}",
            "MV": "Northwind", "MM": "MID3", "MS": self.serial, "MF": "1.0", "IS": False, "RD": [reading],
        }  # fmt: skip

    def _turn(self, at: datetime) -> int:
        """The next page. Counting begins at the minute, so that it goes on upwards after a restart."""
        self._page = self._page + 1 if self._page else int(at.timestamp()) // 60
        return self._page


def meter_of(identity: str, outlet: int) -> SigningMeter:
    """The meter at an outlet of a station that signs."""
    return SigningMeter(f"NW-{identity}-{outlet}")
