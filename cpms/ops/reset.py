"""`make reset`: forgets the data of this folder, after asking."""

import os
import shutil
import sys
from pathlib import Path

from .local import VAR
from .services import PrivateServices, ServiceError
from .supervisor.preflight import only_one


def main() -> int:
    """Asks on the terminal (CONFIRM=yes answers for scripts). Returns the exit code."""
    if not VAR.exists():
        print("There is no data to forget.")
        return 0
    if not confirmed():
        print("Nothing was deleted.")
        return 1
    try:
        with only_one(VAR):
            forget(VAR)
    except ServiceError as error:
        print(f"cpms: {error}", file=sys.stderr)
        return 1
    print("All local data is deleted. `make run` starts afresh.")
    return 0


def confirmed() -> bool:
    if os.environ.get("CONFIRM") == "yes":
        return True
    try:
        return input(f"Delete the database, Redis, secrets and logs under {VAR}? Type yes: ").strip() == "yes"
    except EOFError:
        return False


def forget(var: Path) -> None:
    """Deletes the folder, and the servers' data where it had to be placed outside of it."""
    PrivateServices(var, given={}).forget()
    shutil.rmtree(var)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print()
        sys.exit(130)
