"""Whether a client certificate leads to an authority of ours; the path itself is checked by `cryptography`."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)


class PathError(Exception):
    """The certificate does not lead to an authority of ours, or not now, or not for this use."""


def client_path_check(
    certificate: x509.Certificate, authorities: Sequence[x509.Certificate], now: datetime
) -> x509.Certificate:
    """The authority that issued this client certificate. Raises PathError.

    Checked are the signatures, the validity of both, and that the certificate is meant for clients.
    """
    if not authorities:
        raise PathError("the organisation has no certificate authority")
    # Stations' certificates name no host, which the rules of the web would ask for.
    leaf = ExtensionPolicy.permit_all().require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
    builder = PolicyBuilder().store(Store(list(authorities))).time(now)
    policy = builder.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf)
    try:
        chain = policy.build_client_verifier().verify(certificate, []).chain
    except VerificationError as error:
        raise PathError(str(error)[:200]) from None
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise PathError("it is not meant for clients")
    return chain[1]
