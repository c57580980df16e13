"""Prepares the virtual environment and hands over to it: `python3 cpms/ops/bootstrap.py run|dev COMMAND...`.

Run by whatever Python the machine has, so it uses the standard library only and syntax that an old Python
can read: a too old one must get one clear line, not a syntax error.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENVIRONMENT = os.path.join(ROOT, ".venv")
OLDEST = (3, 11)
NEWER = ("python3.12", "python3.11", "python3.13", "python3.14")
NEEDED_MIB = 1500

# A part of the installer's output, and what to tell the person.
EXPLANATIONS = (
    ("No space left on device", "the disk is full: free some space and try again"),
    (
        "THESE PACKAGES DO NOT MATCH THE HASHES",
        "a downloaded package differs from the lock file: not installed",
    ),
    ("does not match the hash", "a downloaded package differs from the lock file: not installed"),
    (
        "Failed building wheel",
        "a package has no ready-made wheel for this machine and no C compiler builds it here: "
        "apt install build-essential python3-dev, or use Python 3.12",
    ),
    (
        "Failed to build",
        "a package must be compiled: apt install build-essential python3-dev, or use Python 3.12",
    ),
    ("Could not find a version", "a package is missing at the package index, or the index cannot be reached"),
    ("Failed to establish a new connection", "the package index cannot be reached"),
    ("Failed to fetch", "the package index cannot be reached"),
    ("Permission denied", ".venv belongs to somebody else: delete it or run as its owner"),
)


class BootstrapError(Exception):
    """Something is missing on the machine; the text is one line for the person at the terminal."""


def main(arguments: list[str]) -> None:
    """`arguments`: the requirements to install (run or dev), then what the environment's Python gets."""
    profile, command = arguments[0], arguments[1:]
    try:
        use_new_enough_python()
        prepare(profile)
    except BootstrapError as error:
        sys.exit(f"cpms: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    if command:
        os.chdir(ROOT)
        os.execv(python(), [python(), *command])


def use_new_enough_python() -> None:
    """Replaces this process by a newer Python of the machine when this one is too old."""
    if sys.version_info[:2] >= OLDEST:
        return
    newer = next((found for found in map(shutil.which, NEWER) if found), None)
    if newer is None:
        version = ".".join(map(str, sys.version_info[:3]))
        raise BootstrapError(
            "Python 3.11 or newer is needed, this is "
            + version
            + "; install one, or: make PYTHON=/path/to/python3"
        )
    os.execv(newer, [newer, os.path.abspath(__file__), *sys.argv[1:]])


def prepare(profile: str) -> None:
    """Makes .venv match the lock file of the profile; does nothing when it does already."""
    lock = os.path.join(ROOT, "requirements", profile + ".txt")
    stamp = os.path.join(ENVIRONMENT, ".installed-" + profile)
    wanted = digest(lock)
    if os.path.exists(python()) and read(stamp) == wanted:
        return
    check_space(ROOT)
    if not os.path.exists(python()):
        say("Creating the virtual environment .venv")
        create()
    say("Installing the dependencies (" + profile + "), about a minute the first time")
    run([*installer(), "--require-hashes", "-r", lock])
    with open(stamp, "w") as file:
        file.write(wanted)


def create() -> None:
    """Makes .venv with the standard library's venv, or with uv where Debian split ensurepip off."""
    if has_ensurepip():
        run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT])
    elif shutil.which("uv"):
        run(
            [
                "uv",
                "venv",
                "--quiet",
                "--clear",
                "--no-python-downloads",
                "--python",
                sys.executable,
                ENVIRONMENT,
            ]
        )
    else:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise BootstrapError("Python's venv module is incomplete: apt install " + package)


def has_ensurepip() -> bool:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def installer() -> list[str]:
    """uv where it is installed (faster), else the environment's pip."""
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--quiet", "--no-python-downloads", "--python", python()]
    return [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]


def run(command: list[str]) -> None:
    """Runs a step quietly; raises BootstrapError with one line when it fails."""
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    if answer.returncode:
        raise BootstrapError(explain(answer.stdout.decode(errors="replace")))


def explain(output: str) -> str:
    """The known cause in an installer's output, else its last line."""
    for sign, meaning in EXPLANATIONS:
        if sign in output:
            return meaning
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["the installer said nothing"])[-1]


def check_space(folder: str) -> None:
    """Raises BootstrapError when the dependencies would not fit."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < NEEDED_MIB:
        raise BootstrapError(f"the disk of {folder} has {free} MiB free, {NEEDED_MIB} MiB are needed")


def digest(lock: str) -> str:
    """Changes when the lock file or the Python version changes."""
    with open(lock, "rb") as file:
        return hashlib.sha256(file.read() + sys.version.encode()).hexdigest()


def read(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def python() -> str:
    return os.path.join(ENVIRONMENT, "bin", "python")


def say(message: str) -> None:
    print(message + " ...", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
