"""Under whose name a private server runs, and where that account can read and write.

PostgreSQL refuses to run as root, so root hands the servers to an account that exists already and owns
nothing of ours. No account is created and no directory outside our own is opened: where the account cannot
reach a folder, the folder is placed elsewhere instead.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from .binaries import Installation

SHARED_ROOT = Path("/var/lib/cpms-private")
CANDIDATES = ("postgres", "nobody")


class SpawnOptions(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The identity of a server process; `switch` is false when it is the caller's own."""

    uid: int
    gid: int
    switch: bool

    def spawn_options(self) -> SpawnOptions:
        """Keyword arguments for `subprocess.Popen` that drop root's rights."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Whether every existing folder on the way to `path` may be entered by this account."""
        if not self.switch:
            return True
        return all(self._may(parent, 0o1) for parent in path.resolve().parents if parent.exists())

    def can_run(self, tree: Path) -> bool:
        """Whether the installation under `tree` may be read by this account."""
        return self.can_reach(tree) and (not self.switch or self._may(tree, 0o5))

    def own(self, path: Path) -> None:
        """Gives one file or folder that we made ourselves to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def _may(self, path: Path, bits: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return status.st_mode >> 6 & bits == bits
        if status.st_gid == self.gid:
            return status.st_mode >> 3 & bits == bits
        return status.st_mode & bits == bits


def account_for(folder: Path) -> Account:
    """The account that owns `folder` already, else the caller, else (as root) an unprivileged one."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if folder.exists() and folder.stat().st_uid != 0:
        status = folder.stat()
        return Account(status.st_uid, status.st_gid, switch=True)
    entry = next(found for name in CANDIDATES if (found := _entry(name)))
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def reachable_home(home: Path, account: Account) -> Path:
    """`home`, or a folder of the same meaning under SHARED_ROOT when the account cannot reach `home`."""
    if account.can_reach(home / "data"):
        return home
    return SHARED_ROOT / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]


def readable_program(installation: Installation, account: Account) -> Path:
    """The server program, in a copy when the account cannot reach the installation."""
    if all(account.can_run(part) for part in installation.parts):
        return installation.program
    size = installation.program.stat().st_size
    copy = SHARED_ROOT / "install" / f"{installation.program.name}-{installation.major}-{size}"
    if not copy.exists():
        _copy(installation, copy)
    return copy / installation.program.relative_to(installation.base)


def _copy(installation: Installation, copy: Path) -> None:
    """Complete or not there at all, also when two processes copy at once."""
    make_parents(copy)
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    for part in installation.parts:
        target = unfinished / part.relative_to(installation.base)
        make_parents(target)
        shutil.copytree(part, target, symlinks=True)
    with contextlib.suppress(OSError):
        unfinished.rename(copy)
    shutil.rmtree(unfinished, ignore_errors=True)


def make_private(folder: Path, account: Account) -> None:
    """Creates `folder` (0700) for the account; parents that exist are never changed."""
    make_parents(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    account.own(folder)


def make_parents(path: Path) -> None:
    """Creates the missing folders above `path`, which everybody may enter whatever the umask says."""
    for parent in reversed(path.parents):
        if not parent.exists():
            parent.mkdir()
            parent.chmod(0o755)


def server_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A small environment: no secret of the caller reaches a server process."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **(extra or {})}


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
