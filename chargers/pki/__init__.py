"""X.509 without a database: reading what others bring, making what we give out."""

from .issuing import (
    Authority,
    certificate_issue,
    crl_issue,
    intermediate_make,
    key_text,
    root_make,
    server_certificate,
)
from .paths import PathError, client_path_check
from .reading import (
    BadCertificate,
    HashData,
    Seen,
    certificate_read,
    common_name,
    fingerprint,
    hash_data,
    organisation_name,
    root_read,
    seen,
    serial_text,
)
from .requests import BadRequest, request_digest, request_read

__all__ = [
    "Authority",
    "BadCertificate",
    "BadRequest",
    "HashData",
    "PathError",
    "Seen",
    "certificate_issue",
    "certificate_read",
    "client_path_check",
    "common_name",
    "crl_issue",
    "fingerprint",
    "hash_data",
    "intermediate_make",
    "key_text",
    "organisation_name",
    "request_digest",
    "request_read",
    "root_make",
    "root_read",
    "seen",
    "serial_text",
    "server_certificate",
]
