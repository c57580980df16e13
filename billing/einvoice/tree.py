"""Building XML: nested tuples in, bytes out. What is empty is left out, as EN 16931 wants."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from lxml import etree

from .model import texts

# (name, content) or (name, content, attributes); content is text or a list of nodes. None is left out.
Node: TypeAlias = tuple[Any, ...] | None


def document(name: str, namespaces: Mapping[str | None, str], nodes: list[Node]) -> bytes:
    """A document as UTF-8; names have their prefix, as in `cbc:ID`."""
    root = _element(name, namespaces)
    for node in nodes:
        _add(root, node, namespaces)
    made: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return made


def _element(name: str, namespaces: Mapping[str | None, str]) -> Any:
    return etree.Element(_qualified(name, namespaces), nsmap=dict(namespaces))


def _qualified(name: str, namespaces: Mapping[str | None, str]) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{namespaces[prefix or None]}}}{local}"


def _add(parent: Any, node: Node, namespaces: Mapping[str | None, str]) -> None:
    if node is None:
        return
    name, content, attributes = (*node, {})[:3]
    if isinstance(content, str):
        kept = texts([content])
        if kept:
            child = etree.SubElement(parent, _qualified(name, namespaces), attributes)
            child.text = kept[0]
        return
    child = etree.SubElement(parent, _qualified(name, namespaces), attributes)
    for each in content:
        _add(child, each, namespaces)
    if not len(child):
        parent.remove(child)
