"""An empty database beside the product's, for a while."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql


class ScratchError(Exception):
    """No empty database could be had; the text says what to do."""


@contextmanager
def scratch() -> Iterator[str]:
    """The URL of a new database on the same server; dropped afterwards. Raises ScratchError."""
    name = f"replay_{secrets.token_hex(6)}"
    try:
        _execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        text = f"cannot make a database ({error}); give the URL of an empty one with --into"
        raise ScratchError(text) from error
    try:
        yield _url(name)
    finally:
        _execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def play(url: str, lines: Iterator[str]) -> str:
    """Run `manage.py replay --play` on that database, feeding it; what it prints. Raises ScratchError."""
    environment = os.environ | {"DATABASE_URL": url, "REDIS_PREFIX": f"{settings.REDIS_PREFIX}-replay"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "replay", "--play"]
    child = subprocess.Popen(  # noqa: S603
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    for line in lines:
        child.stdin.write(line + "\n")
    child.stdin.close()
    printed = child.stdout.read()
    if child.wait():
        raise ScratchError("the log could not be played; the reason is above")
    return printed


def _url(name: str = "") -> str:
    given: dict[str, Any] = settings.DATABASES["default"]
    account = f"{given['USER']}:{given['PASSWORD']}@" if given["USER"] else ""
    return f"postgresql://{account}{given['HOST']}:{given['PORT'] or 5432}/{name or given['NAME']}"


def _execute(statement: sql.Composed) -> None:
    with psycopg.connect(_url(), autocommit=True) as connection:
        connection.execute(statement)
