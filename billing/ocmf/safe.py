"""The XML container of the SAFE transparency software, in which drivers check signed values themselves."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from .errors import Unreadable

MAX_BYTES = 5_000_000
# What XML 1.0 cannot carry, not even escaped (§2.2).
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class SafeValue:
    """One signed record. `public_key` is what the container claims: to be shown, never to be trusted."""

    record: str
    public_key: str = ""
    transaction_id: str = ""
    context: str = ""


def write(values: Iterable[SafeValue]) -> bytes:
    """The container, in UTF-8. A record whose signs XML would change or refuse goes as base64."""
    body = "".join(map(_element, values))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<values>\n{body}</values>\n'.encode()


def _element(value: SafeValue) -> str:
    is_plain = "\r" not in value.record and not _NOT_XML.search(value.record)
    encoding = "plain" if is_plain else "base64"
    text = value.record if is_plain else base64.b64encode(_utf8(value.record)).decode()
    return (
        f"  <value transactionId={_attribute(value.transaction_id)} context={_attribute(value.context)}>\n"
        f'    <signedData format="OCMF" encoding="{encoding}">{escape(text)}</signedData>\n'
        f'    <publicKey encoding="plain">{escape(_legible(value.public_key))}</publicKey>\n'
        "  </value>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(_legible(text))


def _legible(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Unreadable("the record is not UTF-8") from None


def read(document: bytes) -> list[SafeValue]:
    """The values of a container. Raises `Unreadable`; a document type, and with it every entity, is refused."""
    if len(document) > MAX_BYTES:
        raise Unreadable("the container is too long")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, LookupError) as error:
        raise Unreadable(f"the container is not XML: {error}") from None
    return reader.values


class _Reader:
    """Collects `values/value/{signedData,publicKey}`; everything else is passed over."""

    def __init__(self) -> None:
        self.values: list[SafeValue] = []
        self._path: list[str] = []
        self._value: dict[str, str] = {}
        self._parts: dict[str, list[str]] = {}
        self._encoding = "plain"

    def doctype(self, *_: object) -> None:
        raise Unreadable("the container has a document type")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if self._path == ["values", "value"]:
            self._value, self._parts, self._encoding = attributes, {}, "plain"
        elif self._path == ["values", "value", "signedData"]:
            self._encoding = attributes.get("encoding", "plain").lower()

    def text(self, data: str) -> None:
        if len(self._path) == 3:
            self._parts.setdefault(self._path[-1], []).append(data)

    def end(self, _name: str) -> None:
        if self._path == ["values", "value"]:
            self.values.append(self._finished())
        elif self._path == ["values"] and not self.values:
            raise Unreadable("the container has no values")
        self._path.pop()

    def _finished(self) -> SafeValue:
        signed = "".join(self._parts.get("signedData", ())).strip()
        if not signed:
            raise Unreadable("a value of the container has no signed data")
        return SafeValue(
            _decoded(signed, self._encoding),
            "".join(self._parts.get("publicKey", ())).strip(),
            self._value.get("transactionId", ""),
            self._value.get("context", ""),
        )


def _decoded(text: str, encoding: str) -> str:
    try:
        if encoding == "base64":
            return base64.b64decode(text, validate=True).decode()
        if encoding == "hex":
            return bytes.fromhex(text).decode()
    except (binascii.Error, ValueError):
        raise Unreadable(f"the signed data is not {encoding}") from None
    if encoding != "plain":
        raise Unreadable(f"the encoding {encoding[:20]!r} of the signed data is not known")
    return text
