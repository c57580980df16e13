"""What this machine lacks to run and test the product, one line each (`make doctor`).

Standard library only, run by whatever Python the machine has.
"""

from __future__ import annotations

import glob
import os
import shutil
import socket
import sys

from bootstrap import NEEDED_MIB, OLDEST, ROOT, digest, has_ensurepip, python, read


class Finding:
    """One line: what was looked at, what was found, and what to do when it is not good."""

    def __init__(self, name: str, found: str, fix: str = "", needed: bool = True) -> None:
        """`needed`: the product cannot be started before `fix` is done."""
        self.name = name
        self.found = found
        self.fix = fix
        self.needed = needed

    def line(self) -> str:
        mark = "ok  " if not self.fix else "FIX " if self.needed else "note"
        return f"{mark}  {self.name:<22}{self.found}" + (f"; {self.fix}" if self.fix else "")


def findings() -> list[Finding]:
    """Everything looked at, in the order of a first start."""
    return [
        python_version(),
        venv_module(),
        disk(),
        environment("run"),
        environment("dev"),
        port("PORT", 8000),
        port("OCPP_PORT", 9000),
        server("PostgreSQL", "DATABASE_URL", postgres_path()),
        server("Redis", "REDIS_URL", shutil.which("redis-server")),
        program("C compiler", ("cc", "gcc", "clang"), "only packages without a wheel need one"),
        program(
            "Chromium", ("chromium", "chromium-browser", "google-chrome"), "apt install chromium (for tests)"
        ),
        program("npm", ("npm",), "apt install npm (for tests)"),
    ]


def python_version() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python", version, "" if sys.version_info[:2] >= OLDEST else "install Python 3.11 or newer"
    )


def venv_module() -> Finding:
    if has_ensurepip():
        return Finding("venv module", "complete")
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    return Finding("venv module", "incomplete", "apt install " + package)


def disk() -> Finding:
    free = shutil.disk_usage(ROOT).free // 2**20
    return Finding("disk", f"{free} MiB free", "" if free >= NEEDED_MIB else f"{NEEDED_MIB} MiB are needed")


def environment(profile: str) -> Finding:
    stamp = os.path.join(os.path.dirname(os.path.dirname(python())), ".installed-" + profile)
    name = ".venv (" + profile + ")"
    if not read(stamp):
        return Finding(name, "not there yet", "the first start makes it", needed=False)
    return Finding(name, "there") if up_to_date(stamp, profile) else Finding(name, "older than the lock file")


def up_to_date(stamp: str, profile: str) -> bool:
    return read(stamp) == digest(os.path.join(ROOT, "requirements", profile + ".txt"))


def port(variable: str, default: int) -> Finding:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal():
        return Finding(variable, text, "a port is a number between 1 and 65535")
    number = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return Finding(f"port {number}", "in use", f"start with {variable}=<another>", needed=False)
    return Finding(f"port {number}", "free")


def server(name: str, variable: str, path: str | None) -> Finding:
    if os.environ.get(variable):
        return Finding(name, "named by " + variable)
    return Finding(name, path or "not on the machine: the one inside our dependencies is used")


def postgres_path() -> str | None:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    return found[-1] if found else shutil.which("postgres")


def program(name: str, names: tuple[str, ...], fix: str) -> Finding:
    path = next((found for found in map(shutil.which, names) if found), None)
    return Finding(name, path) if path else Finding(name, "not found", fix, needed=False)


def main() -> int:
    """Prints every finding. Returns 1 when something must be mended before a start."""
    found = findings()
    for finding in found:
        print(finding.line())
    return 1 if any(finding.fix and finding.needed for finding in found) else 0


if __name__ == "__main__":
    sys.exit(main())
