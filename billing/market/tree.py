"""XML from strangers, read without entities, without a document type, without the network: names, texts and lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

from ..pricing.errors import Refused

MOST_DEPTH: Final = 20
MOST_NODES: Final = 500_000


@dataclass(slots=True)
class Node:
    """An element without its namespace and attributes."""

    name: str
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"line {self.line}, {self.name}"

    def all(self, name: str) -> Iterator["Node"]:
        """Its direct children of a name."""
        return (child for child in self.children if child.name == name)

    def maybe(self, name: str) -> "Node | None":
        """The first of them."""
        return next(self.all(name), None)

    def need(self, name: str) -> "Node":
        """The first of them. Raises `Refused`."""
        found = self.maybe(name)
        if found is None:
            raise Refused(self.place, f"has no {name}")
        return found


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.top = Node("document", 0)
        self.open = [self.top]
        self.count = 0

    def _doctype(self, *_: object) -> NoReturn:
        raise Refused(self._line(), "a document type is declared, which no prices need")

    def _start(self, name: str, _: object) -> None:
        self.count += 1
        if len(self.open) > MOST_DEPTH or self.count > MOST_NODES:
            raise Refused(self._line(), "is nested deeper or has more elements than prices need")
        node = Node(name.rpartition(" ")[2], self.parser.CurrentLineNumber)
        self.open[-1].children.append(node)
        self.open.append(node)

    def _end(self, _: str) -> None:
        node = self.open.pop()
        node.text = node.text.strip()

    def _text(self, text: str) -> None:
        self.open[-1].text += text

    def _line(self) -> str:
        return f"line {self.parser.CurrentLineNumber}"


def read_tree(content: bytes) -> Node:
    """The outermost element. Raises `Refused` naming the line."""
    builder = _Builder()
    try:
        builder.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Refused(f"line {error.lineno}", f"is not XML: {expat.ErrorString(error.code)}") from None
    return builder.top.children[0]
