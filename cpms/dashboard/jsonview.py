"""Show JSON text with its parts marked. It may come from a charger: everything is escaped."""

import json
import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Longer texts are shown plain: colour is not worth a slow page.
MARK_UP_TO = 60_000
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b'
)


def pretty(text: str | None) -> str:
    """The text indented by two when it is JSON, else as it came."""
    if not text:
        return ""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def marked(text: str | None) -> SafeString:
    """The text as escaped HTML; keys, strings, numbers and literals each in a span of their own."""
    shown = pretty(text)
    if len(shown) > MARK_UP_TO:
        return escape(shown)
    parts, last = [], 0
    for found in _TOKEN.finditer(shown):
        parts += [escape(shown[last : found.start()]), _span(found)]
        last = found.end()
    return mark_safe("".join([*parts, escape(shown[last:])]))  # noqa: S308


def _span(found: re.Match[str]) -> str:
    word, colon = found.group(), found.group("key") or ""
    if colon:
        return f'<span class="k">{escape(word[: -len(colon)])}</span>{escape(colon)}'
    kind = "s" if word[0] == '"' else "l" if word[0].isalpha() else "n"
    return f'<span class="{kind}">{escape(word)}</span>'
