"""The catalogues of the driver pages: gathered from the source, compiled without gettext of the system.

What is gathered is what Django looks up when it renders: the nodes of the templates are asked for their message,
calls in Python are read from the syntax tree, and so are the labels of the choices that drivers read.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template import Engine
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from .local import ROOT

PACKAGES = ("cpms", "billing", "smartcharging", "chargers")
# Whose choices are words for drivers; those of operators stay English.
LABELLED = (ROOT / "cpms" / "drivers", ROOT / "cpms" / "portal")
SOURCE_LANGUAGE = "en"
# Catalogues carry a date; a real one would make every compilation another file.
_DATED = datetime(2026, 1, 1, tzinfo=UTC)
_ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_MANY = {"ngettext", "ngettext_lazy"}


class Message(NamedTuple):
    """A text to translate; `plural` where it depends on a number."""

    text: str
    plural: str | None = None

    @property
    def key(self) -> str | tuple[str, str]:
        """How a catalogue names it."""
        return self.text if self.plural is None else (self.text, self.plural)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a catalogue."""

    language: str
    text: str
    problem: str


def languages() -> list[str]:
    """The languages that need a catalogue."""
    return [code for code, _ in settings.LANGUAGES if code != SOURCE_LANGUAGE]


def po_path(language: str) -> Path:
    """Where its translations are written down."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def gather() -> dict[Message, list[str]]:
    """Every text of templates and code, with the files it stands in."""
    found: dict[Message, list[str]] = {}
    for path in sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt")):
        _note(found, path, _of_template(path))
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            _note(found, path, _of_code(path))
    return found


def _note(found: dict[Message, list[str]], path: Path, messages: Iterator[Message]) -> None:
    for message in messages:
        places = found.setdefault(message, [])
        name = path.relative_to(ROOT).as_posix()
        if name not in places:
            places.append(name)


def _of_template(path: Path) -> Iterator[Message]:
    source = path.read_text()
    if "i18n" not in source:
        return
    template = Engine.get_default().from_string(source)
    for kind in (TranslateNode, BlockTranslateNode):
        for node in template.nodelist.get_nodes_by_type(kind):
            yield _of_node(node)


def _of_node(node: Node) -> Message:
    if isinstance(node, TranslateNode):
        # A variable doubles the percent sign before it looks a text up.
        return Message(str(node.filter_expression.var.literal).replace("%", "%%"))
    assert isinstance(node, BlockTranslateNode)
    text = node.render_token_list(node.singular)[0]
    return Message(text, node.render_token_list(node.plural)[0] if node.plural else None)


def _of_code(path: Path) -> Iterator[Message]:
    source = path.read_text()
    if "gettext" in source:
        yield from _of_calls(ast.parse(source))
    if any(folder in path.parents for folder in LABELLED) and "Choices" in source:
        yield from _of_labels(ast.parse(source))


def _of_calls(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if node.func.id in _ONE and texts:
                yield Message(texts[0])
            elif node.func.id in _MANY and len(texts) > 1:
                yield Message(texts[0], texts[1])


def _of_labels(tree: ast.AST) -> Iterator[Message]:
    """The label is the last part of a choice: `FREE = "free", AVAILABLE, "Free"`."""
    for found in ast.walk(tree):
        if isinstance(found, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in found.bases):
            values = (line.value for line in found.body if isinstance(line, ast.Assign))
            labels = (value.elts[-1] for value in values if isinstance(value, ast.Tuple))
            yield from (Message(str(one.value)) for one in labels if isinstance(one, ast.Constant))


def catalogue(language: str) -> Catalog:
    """What is written down for a language; an empty one where nothing is."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language)
    return read_po(BytesIO(path.read_bytes()), locale=language)


def renew(language: str) -> Catalog:
    """The catalogue with exactly the texts of the source; what was translated stays translated. Written back."""
    kept, fresh = catalogue(language), Catalog(locale=language, fuzzy=False, creation_date=None)
    for message, places in gather().items():
        old = kept.get(message.text)
        fresh.add(message.key, old.string if old else "", locations=[(place, 0) for place in places])
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_po(fresh))
    path.with_suffix(".mo").write_bytes(compiled(fresh))
    return fresh


def _po(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalog, omit_header=True, include_lineno=False, sort_output=True, width=110)
    header = f'msgid ""\nmsgstr ""\n"Language: {catalog.locale_identifier}\\n"\n'
    plural = f'"Plural-Forms: {catalog.plural_forms}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return (header + plural).encode() + out.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """The binary form Django reads. The same catalogue always gives the same bytes."""
    out = BytesIO()
    lean = Catalog(locale=catalog.locale, fuzzy=False, creation_date=_DATED, revision_date=_DATED)
    for message in catalog:
        if message.id and message.string:
            lean.add(message.id, message.string)
    write_mo(out, lean)
    return out.getvalue()


def findings(language: str) -> list[Finding]:
    """What is missing, left over, or names other placeholders than its source."""
    wanted, written = gather(), catalogue(language)
    found = [
        Finding(language, message.text, problem)
        for message in wanted
        if (problem := _problem(written, message))
    ]
    texts = {message.text for message in wanted}
    left = [message.id for message in written if message.id and _first(message.id) not in texts]
    return found + [Finding(language, _first(text), "is in no page any more") for text in left]


def _first(key: str | tuple[str, ...] | list[str]) -> str:
    return key if isinstance(key, str) else key[0]


def _problem(written: Catalog, message: Message) -> str:
    entry = written.get(message.text)
    told = entry.string if entry else None
    texts = [told] if isinstance(told, str) else list(told or ())
    if not texts or not all(texts):
        return "is not translated"
    wanted = _placeholders(message.plural or message.text)
    if any(_placeholders(text) != wanted for text in texts):
        return "names other placeholders"
    return ""


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%(?:\(\w+\))?[sd]|\{\w*\}", text))
