"""Tables and first data: made before anything serves, and left out when the last start made them already."""

import asyncio
import contextlib
import hashlib
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..services.process import end_with_parent
from .announce import demo_file
from .child import ChildError, tail
from .plan import Product, manage

PACKAGES = ("cpms", "chargers", "billing", "smartcharging")


async def prepare(product: Product, environment: Mapping[str, str], *, may_skip: bool) -> dict[str, Any]:
    """Migrates and fills the database, and returns the new sign-ins. Raises ChildError.

    `may_skip`: the database is our own, so what was done with the same sources need not be done again; the
    sign-ins are those of the first start then, and the answer is empty.
    """
    stamp, wanted = product.var / "prepared", fingerprint(product.root, demo=product.demo)
    if may_skip and demo_file(product.var).exists() and stamp.exists() and stamp.read_text() == wanted:
        return {}
    stamp.unlink(missing_ok=True)
    await run_once(product, environment, "migrate", "--noinput")
    output = await run_once(product, environment, "seed_demo" if product.demo else "first_admin", "--json")
    data: dict[str, Any] = json.loads(output.splitlines()[-1])
    if product.demo:
        await run_once(product, environment, "seed_demo_money")
        await run_once(product, environment, "seed_demo_drivers")
        await run_once(product, environment, "seed_demo_energy")
    stamp.write_text(wanted)
    return data


def fingerprint(root: Path, *, demo: bool) -> str:
    """Changes with the kind of data and with any source file."""
    digest = hashlib.sha256(str(demo).encode())
    for file in sorted(file for package in PACKAGES for file in (root / package).rglob("*.py")):
        status = file.stat()
        digest.update(f"{file.relative_to(root)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


async def run_once(product: Product, environment: Mapping[str, str], command: str, *arguments: str) -> str:
    """Runs one management command to its end and returns what it printed. Raises ChildError."""
    log = product.log / f"{command}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *manage(command, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=product.root,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGKILL),
        )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise
    if process.returncode:
        raise ChildError(f"`manage.py {command}` failed; {tail(log)}")
    return output.decode()
