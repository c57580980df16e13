"""The first file of a multipart form, as its bytes arrive (RFC 7578). Pure, and never more than a few kB held back."""

import re
from collections.abc import Callable

MAX_HEADERS = 8192
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_FILE_NAME = re.compile(r'\bfilename=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)


class BadForm(Exception):
    """The body is no form with a file in it."""


def boundary_of(content_type: str) -> bytes:
    """What separates the parts. Raises BadForm."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise BadForm("the form names no boundary")
    return (found[1] or found[2]).encode("latin-1", "replace")


class FirstFile:
    """Feed it the body; it gives back the bytes of the first part that has a file name, and skips all else."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"\r\n--" + boundary
        # So that the first boundary, which may open the body, looks like the others.
        self._buffer = b"\r\n"
        self._step: Callable[[], tuple[bytes, bool]] = self._skip
        self.file_name = ""
        self.is_complete = False

    def feed(self, data: bytes) -> bytes:
        """The file's bytes that are certain now. Raises BadForm."""
        self._buffer += data
        pieces, go_on = [], True
        while go_on:
            piece, go_on = self._step()
            pieces.append(piece)
        return b"".join(pieces)

    def _skip(self) -> tuple[bytes, bool]:
        """To the next boundary."""
        place = self._buffer.find(self._mark)
        if place < 0:
            self._buffer = self._buffer[-len(self._mark) + 1 :]
            return b"", False
        self._buffer = self._buffer[place + len(self._mark) :]
        self._step = self._headers
        return b"", True

    def _headers(self) -> tuple[bytes, bool]:
        if self._buffer.startswith(b"--"):
            self._step = self._rest
            return b"", False
        head, gap, rest = self._buffer.partition(b"\r\n\r\n")
        if len(head) > MAX_HEADERS:
            raise BadForm("a part has too long headers")
        if not gap:
            return b"", False
        self._buffer = rest
        named = _FILE_NAME.search(head.decode("utf-8", "replace"))
        if named:
            self.file_name = named[1] or named[2] or ""
        self._step = self._file if named else self._skip
        # The mark of an empty part begins with the gap's own end.
        self._buffer = rest if named else b"\r\n" + rest
        return b"", True

    def _file(self) -> tuple[bytes, bool]:
        place = self._buffer.find(self._mark)
        if place < 0:
            held = len(self._mark) - 1
            piece, self._buffer = self._buffer[:-held], self._buffer[-held:]
            return piece, False
        self.is_complete, self._step = True, self._rest
        return self._buffer[:place], False

    def _rest(self) -> tuple[bytes, bool]:
        self._buffer = b""
        return b"", False
