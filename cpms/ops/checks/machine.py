"""The programs the tests need from the machine, installed with apt where we are root."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..services.binaries import DEBIAN_POSTGRES

MACOS_CHROMIUM = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
APT = "/usr/bin/apt-get"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Need:
    """A program, the Debian packages that bring it, and whether the tests can do without it."""

    name: str
    present: bool
    packages: tuple[str, ...]
    replaceable: bool


def chromium() -> str | None:
    """The browser of the browser tests."""
    found = (shutil.which(name) for name in CHROMIUM_NAMES)
    installed = (path for path in MACOS_CHROMIUM if Path(path).exists())
    return next((path for path in found if path), None) or next(installed, None)


def needs() -> list[Need]:
    """What is looked for. PostgreSQL and Redis have a replacement in the wheels."""
    postgres = any(DEBIAN_POSTGRES.glob("*/bin/postgres")) or shutil.which("postgres") is not None
    return [
        Need("PostgreSQL", postgres, ("postgresql",), replaceable=True),
        Need("Redis", _on_machine("redis-server"), ("redis-server",), replaceable=True),
        Need("Chromium", chromium() is not None, ("chromium", "fonts-liberation"), replaceable=False),
        Need("npm", shutil.which("npm") is not None, ("nodejs", "npm"), replaceable=False),
    ]


def install(wanted: list[Need]) -> None:
    """Installs what is missing, as root on Debian or Ubuntu; elsewhere does nothing."""
    packages = [package for need in wanted if not need.present for package in need.packages]
    if not packages or os.geteuid() != 0 or not Path(APT).exists():
        return
    print(f"Installing {', '.join(packages)} ...", flush=True)
    _apt("update")
    for need in wanted:
        if not need.present:
            _apt("install", "--yes", "--no-install-recommends", *need.packages)


def _on_machine(program: str) -> bool:
    """Outside our own virtual environment, where a wheel may have put one."""
    folders = [
        folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if ".venv" not in folder
    ]
    return shutil.which(program, path=os.pathsep.join(folders)) is not None


def _apt(*arguments: str) -> None:
    answer = subprocess.run(
        [APT, "-qq", "-o", "DPkg::Lock::Timeout=300", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if answer.returncode:
        lines = answer.stdout.strip().splitlines() or ["no message"]
        print(f"apt-get {arguments[0]} failed: {lines[-1]}", flush=True)
