"""`python -m cpms.ops.supervisor [--demo]`: what `manage.py up` does, without the weight of Django in the parent."""

import argparse
import asyncio
import errno
import os
import sys
from typing import Any

from ..local import ROOT, VAR, local_environment
from ..services import ServiceError
from . import announce, preflight
from .child import ChildError
from .plan import Addresses, Product
from .supervisor import Supervisor


def main(*, demo: bool) -> int:
    """Runs the product until it is told to stop. Returns the exit code; an error is one line on stderr."""
    try:
        addresses = Addresses(
            os.environ.get("HOST") or "127.0.0.1", _port("PORT", 8000), _port("OCPP_PORT", 9000)
        )
        with preflight.only_one(VAR):
            preflight.check(addresses, VAR)
            run(Product(ROOT, VAR, addresses, local_environment(), demo))
    except (ServiceError, ChildError) as error:
        return _refuse(str(error))
    except OSError as error:
        full = f"the disk is full: {error.filename or VAR} cannot be written"
        return _refuse(full if error.errno == errno.ENOSPC else str(error))
    return 0


def run(product: Product) -> None:
    def ready(data: dict[str, Any]) -> None:
        content = announce.remember(product.var, product.addresses, data)
        _say(announce.welcome(product.addresses, content))

    asyncio.run(Supervisor(product, _say).run(ready))


def _port(variable: str, default: int) -> int:
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal():
        raise ServiceError(f"{variable}={value}: a port is a number between 1 and 65535")
    return int(value)


def _say(message: str) -> None:
    print(message, flush=True)


def _refuse(message: str) -> int:
    print(f"cpms: {message}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m cpms.ops.supervisor")
    parser.add_argument("--demo", action="store_true", help="demo data and a simulated fleet")
    sys.exit(main(demo=parser.parse_args().demo))
