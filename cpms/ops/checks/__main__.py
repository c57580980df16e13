"""`python -m cpms.ops.checks all|fast|static|lint|format`."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from ..local import ROOT, VAR
from ..services import PrivateServices, ServiceError
from .machine import chromium, install, needs
from .runner import Result, run_step, summary
from .steps import formatters, steps


def main() -> int:
    """Runs every step of the group, also after one failed. Returns the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="python -m cpms.ops.checks")
    parser.add_argument("group", choices=["all", "fast", "static", "lint", "format"])
    group: str = parser.parse_args().group
    if group == "format":
        return max(subprocess.run(command, cwd=ROOT).returncode for command in formatters(ROOT))
    if group == "lint":
        return report(run(group, dict(os.environ)))
    return with_services(group)


def with_services(group: str) -> int:
    """The same with PostgreSQL and Redis of its own, thrown away afterwards."""
    if group == "all":
        prepare_machine()
    home = VAR / f"test-{os.getpid()}"
    try:
        with PrivateServices(home, durable=False, given={}) as services:
            try:
                return report(run(group, environment(services)))
            finally:
                services.stop()
                services.forget()
    except ServiceError as error:
        print(f"cpms: {error}")
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)


def prepare_machine() -> None:
    """Installs what can be installed, and says what is still missing."""
    install(needs())
    for need in needs():
        if not need.present and not need.replaceable:
            print(
                f"{need.name} is missing, tests will fail: apt install {' '.join(need.packages)}", flush=True
            )


def environment(services: PrivateServices) -> dict[str, str]:
    """What every step sees: our servers, the test settings, the browser."""
    found = {"CPMS_CHROMIUM": path} if (path := chromium()) else {}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        **os.environ,
        **services.environment,
        **found,
        "DJANGO_SETTINGS_MODULE": "cpms.settings.test",
        "PATH": path,
        "PYTHONUNBUFFERED": "1",
    }


def run(group: str, env: dict[str, str]) -> list[Result]:
    return [run_step(step, env, ROOT) for step in steps(ROOT) if group in step.groups]


def report(results: list[Result]) -> int:
    print(summary(results), flush=True)
    return 1 if any(result.problem for result in results) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
