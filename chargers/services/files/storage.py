"""Bytes of firmware and logs: written chunk by chunk, never whole in memory, never under a name a sender chose.

They live in Django's storage "files", which no address of the site serves; `cpms.transfer` streams them.
"""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from cpms.core.ids import public_id

CHUNK_BYTES = 2**16
MAX_NAME = 120
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class StorageAway(Exception):
    """The storage cannot be written or read; nothing was begun."""


class TooMuch(Exception):
    """More bytes came than are taken."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is in the storage. `name` is the storage's own."""

    name: str
    size_bytes: int
    sha256: str


def files() -> Storage:
    """The storage all of this lives in."""
    return storages["files"]


def storage_check() -> None:
    """Write and remove a few bytes. Raises StorageAway: whoever would have to bring or fetch a file is not asked."""
    try:
        files().delete(files().save(f"probe/{public_id('prb')}", ContentFile(b"probe")))
    except OSError as error:
        raise StorageAway(f"the file storage does not work: {error.strerror or error}") from None


def open_stored(name: str) -> IO[bytes]:
    """A stored file for reading. Raises StorageAway."""
    try:
        return files().open(name, "rb")
    except OSError as error:
        raise StorageAway(f"the file cannot be read: {error.strerror or error}") from None


def remove_stored(name: str) -> None:
    """Remove a stored file; one that is gone already is fine."""
    if name:
        files().delete(name)


def safe_name(text: str, fallback: str) -> str:
    """The last part of a name a sender gave, without anything a file system or header could misread."""
    last = text.replace("\\", "/").rsplit("/", 1)[-1]
    clean = _UNSAFE.sub("_", last).strip("._-")[-MAX_NAME:]
    return clean or fallback


class Incoming:
    """A file on its way in: counted, hashed and kept beside the storage until it is complete.

    Either `keep` or `discard` ends it. Raises TooMuch beyond `limit_bytes`, StorageAway when the disk refuses.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self._hash = hashlib.sha256()
        folder = Path(settings.FILES_ROOT) / "incoming"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, self._path = tempfile.mkstemp(dir=folder)
        except OSError as error:
            raise StorageAway(f"the file storage does not work: {error.strerror or error}") from None
        self._file: IO[bytes] = os.fdopen(handle, "wb")

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size_bytes += len(data)
        if self.size_bytes > self.limit_bytes:
            raise TooMuch(f"more than {self.limit_bytes} bytes")
        self._hash.update(data)
        try:
            self._file.write(data)
        except OSError as error:
            raise StorageAway(f"the file cannot be kept: {error.strerror or error}") from None

    def keep(self, folder: str) -> Stored:
        """Put the complete file into the storage, under a name of our own."""
        self._file.close()
        try:
            with open(self._path, "rb") as complete:
                name = files().save(f"{folder}/{public_id('blb')}", _Complete(complete, self._path))
        except OSError as error:
            raise StorageAway(f"the file cannot be kept: {error.strerror or error}") from None
        finally:
            self.discard()
        return Stored(name, self.size_bytes, self._hash.hexdigest())

    def discard(self) -> None:
        """Forget what came so far."""
        self._file.close()
        Path(self._path).unlink(missing_ok=True)


class _Complete(File):
    """Tells a storage of the same disk that the file may simply be moved."""

    def __init__(self, file: IO[Any], path: str) -> None:
        super().__init__(file, path)
        self._path = path

    def temporary_file_path(self) -> str:
        """Where the file is now."""
        return self._path
