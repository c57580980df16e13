"""Every address of the site that a person can open, read from the URL configuration: new pages come by themselves."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")
# For programs, not for people; the API's documentation and the back office have tests of their own.
NOT_PAGES = ("/api/v1/", "/admin/", "/healthz", "/readyz", "/payments/webhooks/")
# Signing out on a GET asks first; a download is no page, nor is the moving part of one.
DOWNLOADS = {
    "mfa_download_recovery_codes", "export_file", "activity_export", "authority_download", "crl", "visit_now",
    "energy_now", "start_now", "session_now", "sessions_csv", "data_export", "manifest", "service_worker",
}  # fmt: skip
DOWNLOADS |= {"stickers_pdf", "signed_download", "visit_values", "session_values"}
DOWNLOADS |= {
    "visit_invoice",
    "session_invoice",
    "invoice_document",
    "voucher_codes_csv",
    "bill_document",
    "settlement_document",
    "reimbursement_file",
}


def _walk(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path)
        elif isinstance(entry, URLPattern) and entry.name not in DOWNLOADS:
            yield entry.name or path, GROUP.sub(r"<\1>", path)


def pages() -> list[str]:
    """Address templates, such as `/stations/<str:public_id>/`."""
    found = {path for _, path in _walk(get_resolver())}
    return sorted(path for path in found if not path.startswith(NOT_PAGES))


def back_office() -> list[str]:
    """The lists of the admin."""
    return sorted(path for name, path in _walk(get_resolver()) if name.endswith("_changelist"))


def filled(template: str, objects: dict[str, str]) -> str:
    """The address with real objects in it, found by what stands before the parameter."""
    while found := PARAMETER.search(template):
        kind = template[: found.start()] if found[1] == "public_id" else found[1]
        template = template[: found.start()] + objects[kind] + template[found.end() :]
    return template
