"""Documents that were made once, handed out byte for byte."""

from django.http import HttpResponse

# A web page among them carries its own styles, and may do nothing else at all.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def handed_out(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A document as a response: a web page is shown, everything else is saved under its name."""
    answer = HttpResponse(content, content_type=media_type)
    manner = "inline" if media_type.startswith("text/html") else "attachment"
    answer["Content-Disposition"] = f'{manner}; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = ALONE
    return answer
