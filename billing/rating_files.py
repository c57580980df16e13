"""Rates documents in files: folders of a CDR, session files, and files with a session per line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from billing.management.json_lines import printable
from billing.pricing.breakdown import breakdown, totals
from billing.pricing.cdr import read_cdr
from billing.pricing.cutting import TariffFrom
from billing.pricing.document import At
from billing.pricing.errors import Refused
from billing.pricing.exact import loads
from billing.pricing.rating import Rating, rate
from billing.pricing.session_reader import read_session
from billing.pricing.tariff import Tariff
from billing.pricing.tariff_reader import read_tariff
from billing.pricing.usage import usage_of

Result = dict[str, Any]


def results(path: str) -> Iterator[Result]:
    """One result per document of a path, in order: `id` with `totals`, `periods`, `breakdown`, or with `error`.

    A folder's id is its name, a file's its stem; a line of a `.jsonl` file has its own.
    """
    place = Path(path)
    try:
        yield from _results(place)
    except OSError as error:
        yield _refusal(place.stem, Refused(path, f"cannot be read: {error.strerror}"))


def _results(path: Path) -> Iterator[Result]:
    if path.is_dir():
        yield _result(path.resolve().name, lambda: rate_folder(path))
    elif path.suffix == ".jsonl":
        yield from _lines(path)
    else:
        yield _result(path.stem, lambda: rate_session_document(_document(path)))


def rate_folder(folder: Path) -> Rating:
    """Rates `cdr.json` by `tariff.json` (one or a list), else by the tariffs inside it. Raises `Refused`.

    `expected.json`, if it is there, names the `time_zone`.
    """
    cdr = _document(folder / "cdr.json")
    tariffs = _tariffs(folder / "tariff.json") if (folder / "tariff.json").exists() else []
    expected = folder / "expected.json"
    zone = _zone(At(_document(expected), "expected").object()) if expected.exists() else None
    with _within("cdr"):
        usage = read_cdr(cdr, tariffs, zone)
    return rate(usage)


def rate_session_document(document: Any) -> Rating:
    """Rates an object with `tariff`, `session` and `time_zone`. Raises `Refused`."""
    at = At(document).object()
    tariff_at, session_at = at.need("tariff"), at.need("session")
    with _within("tariff"):
        tariff = read_tariff(tariff_at.value)
    with _within("session"):
        session = read_session(session_at.value)
    return rate(usage_of(session, [TariffFrom(session.start, tariff)], _zone(at)))


def _lines(path: Path) -> Iterator[Result]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _line(f"{path.stem}:{number}", f"line {number}", line)


def _line(fallback_id: str, place: str, line: bytes) -> Result:
    try:
        document = loads(line)
        named = At(document).object().value.get("id")
    except (ValueError, RecursionError):
        return _refusal(fallback_id, Refused(place, "is not a JSON object"))
    name = fallback_id if named is None else printable(named)
    return _result(name, lambda: rate_session_document(document))


def _result(name: str | int | None, rated: Callable[[], Rating]) -> Result:
    try:
        rating = rated()
    except Refused as refused:
        return _refusal(name, refused)
    return {
        "id": name,
        "totals": totals(rating),
        "periods": len(rating.usage.periods),
        "breakdown": breakdown(rating),
    }


def _refusal(name: str | int | None, refused: Refused) -> Result:
    return {"id": name, "error": {"place": refused.place, "problem": refused.problem}}


def _document(path: Path) -> Any:
    try:
        return loads(path.read_bytes())
    except OSError as error:
        raise Refused(path.name, f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Refused(path.name, "is not JSON") from None


def _tariffs(path: Path) -> list[Tariff]:
    document = _document(path)
    if not isinstance(document, list):
        with _within("tariff"):
            return [read_tariff(document)]
    tariffs = []
    for index, item in enumerate(document):
        with _within(f"tariff[{index}]"):
            tariffs.append(read_tariff(item))
    return tariffs


def _zone(at: At) -> str | None:
    named = at.maybe("time_zone")
    return named.text() if named else None


@contextmanager
def _within(place: str) -> Iterator[None]:
    """A refusal of a part is told as one of the whole."""
    try:
        yield
    except Refused as refused:
        raise refused.below(place) from None
