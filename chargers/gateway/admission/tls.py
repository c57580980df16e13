"""TLS on the gateway itself: one context for the life of the process, whose certificate can be exchanged.

TLS 1.2 and newer, ECDHE with AES-GCM first (OCPP 1.6 security whitepaper §2.5). A station may show a client
certificate; one that leads to no authority of ours ends the TLS handshake, all further checks are the application's.
"""

import hashlib
import logging
import os
import ssl
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

logger = logging.getLogger(__name__)
# What the whitepaper asks for and relatives that are as safe; the last two for chargers that know nothing newer.
SUITES = ":".join(
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    )
)


class ServerTls:
    """The gateway's TLS context with the files its certificate comes from.

    Raises OSError and ssl.SSLError when they cannot be used.
    """

    def __init__(self, certificate: Path, key: Path, client_ca: Path | None = None) -> None:
        self._certificate, self._key, self._client_ca = certificate, key, client_ca
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_ciphers(SUITES)
        self.context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_COMPRESSION
        self.context.load_cert_chain(certificate, key)
        # Without anybody to trust nobody is asked for a certificate.
        self._trusted: set[str] = set()
        if client_ca is not None:
            self.trust([client_ca.read_text()])
        self._stamp, self._shown = self._read_stamp(), self._read_shown()

    @property
    def shown(self) -> x509.Certificate:
        """The certificate that is shown now: the first of its chain."""
        return self._shown

    def _read_shown(self) -> x509.Certificate:
        return x509.load_pem_x509_certificates(self._certificate.read_bytes())[0]

    def _read_stamp(self) -> tuple[float, ...]:
        return tuple(os.stat(path).st_mtime_ns for path in (self._certificate, self._key))

    def reload(self) -> bool:
        """Show the certificate as it is in the files now to whoever connects next; open sockets keep theirs (F47).

        What cannot be used is left alone, with a line in the log: the old certificate is better than none.
        """
        try:
            stamp = self._read_stamp()
            self.context.load_cert_chain(self._certificate, self._key)
        except (OSError, ssl.SSLError) as error:
            logger.warning("the new TLS certificate cannot be used: %s", type(error).__name__)
            return False
        self._stamp, self._shown = stamp, self._read_shown()
        logger.info("the TLS certificate was read again")
        return True

    def reload_if_changed(self) -> bool:
        """The same when a file has changed since."""
        try:
            changed = self._read_stamp() != self._stamp
        except OSError:
            return False
        return changed and self.reload()

    def trust(self, authorities: Iterable[str]) -> None:
        """Let client certificates of these authorities (PEM) through TLS; what they open is checked later."""
        for pem in set(authorities) - self._trusted:
            self.context.load_verify_locations(cadata=pem)
            self._trusted.add(pem)
            digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
            logger.info("client certificates of the authority %s are let through TLS", digest)
            # An intermediate is enough to end a chain: stations often send nothing but their own certificate.
            self.context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            self.context.verify_mode = ssl.CERT_OPTIONAL
