"""`python -m cpms.ops.with_services -m pytest tests/ops`: a Python program on throw-away servers of its own."""

import os
import shutil
import subprocess
import sys

from .local import ROOT, VAR, local_environment
from .services import PrivateServices, ServiceError


def main(arguments: list[str]) -> int:
    """Returns the program's exit code."""
    home = VAR / f"once-{os.getpid()}"
    try:
        with PrivateServices(home, durable=False, given={}) as services:
            environment = {**local_environment(home), **os.environ, **services.environment}
            try:
                return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment).returncode
            finally:
                services.stop()
                services.forget()
    except ServiceError as error:
        print(f"cpms: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
