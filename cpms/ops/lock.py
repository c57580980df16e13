"""`make lock`: pins pyproject.toml into `requirements/*.txt`, with hashes, for every platform."""

import shutil
import subprocess
import sys

from .local import ROOT

# The container image brings no servers of its own. What two profiles share has one version: that of `run`.
PROFILES = {"run": ["embedded"], "image": [], "dev": ["embedded", "dev", "openadr"]}


def main() -> int:
    uv = shutil.which("uv")
    if uv is None:
        print("cpms: uv is not installed: pip install uv", file=sys.stderr)
        return 1
    return max(subprocess.run(compile_command(uv, name), cwd=ROOT).returncode for name in PROFILES)


def compile_command(uv: str, profile: str) -> list[str]:
    """One lock file serves every platform and Python from 3.11 on."""
    extras = [part for extra in PROFILES[profile] for part in ("--extra", extra)]
    options = ["--universal", "--generate-hashes", "--no-header", "--python-version", "3.11", "--quiet"]
    same = [] if profile == "run" else ["--constraint", "requirements/run.txt"]
    return [
        uv,
        "pip",
        "compile",
        "pyproject.toml",
        *extras,
        *options,
        *same,
        "-o",
        f"requirements/{profile}.txt",
    ]


if __name__ == "__main__":
    sys.exit(main())
