"""A database with every migration applied, made once: each test database is a copy of it.

Copying takes a second or less, migrating more than half a minute of processor time for every worker and server.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db.backends.postgresql.creation import DatabaseCreation
from psycopg import sql

from cpms.core import clock
from cpms.ops.local import ROOT

PREFIX = "cpms_template_"
# For other branches that are tested at the same server.
KEPT = 3


class PatientCreation(DatabaseCreation):
    """Copies and drops however long that takes: what our queries may take says nothing about a busy disk.

    A process that outlived its test does not keep the next step from having the database.
    """

    def _execute_create_test_db(self, cursor: Any, parameters: dict[str, str], keepdb: bool = False) -> None:
        cursor.execute("SET statement_timeout = 0")
        super()._execute_create_test_db(cursor, parameters, keepdb)

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        with self._nodb_cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")


def template() -> str:
    """The name of the template, which is made when nobody made it before; others wait meanwhile."""
    digest = _digest()
    name = f"{PREFIX}{digest}"
    with _server() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [int(digest, 16)])
        if name not in (made := _templates(connection)):
            _make(connection, name, made[KEPT - 1 :])
    return name


def database_url(name: str) -> str:
    """The database of this name at our server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@contextmanager
def _server() -> Iterator[psycopg.Connection[tuple[str]]]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection


def _make(connection: psycopg.Connection[tuple[str]], name: str, outdated: list[str]) -> None:
    """Complete or not there under its name at all."""
    unfinished = name.replace("template", "unfinished")
    for old in {*outdated, unfinished}:
        _execute(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
    _execute(connection, "CREATE DATABASE {}", unfinished)
    command = [sys.executable, "manage.py", "migrate", "--noinput"]
    environment = os.environ | {"DATABASE_URL": database_url(unfinished)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    _execute(connection, "ALTER DATABASE {} RENAME TO {}", unfinished, name)


def _templates(connection: psycopg.Connection[tuple[str]]) -> list[str]:
    """The newest first."""
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC"
    rows = connection.execute(query, [PREFIX])
    return [name for (name,) in rows]


def _execute(connection: psycopg.Connection[tuple[str]], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def _digest() -> str:
    """Of everything the migrations say, and of the month: tables of the log have a part for each."""
    digest = hashlib.sha256(f"{clock.now():%Y-%m}".encode())
    for path in _migrations():
        digest.update(f"{path}".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _migrations() -> Iterator[Path]:
    for app in settings.INSTALLED_APPS:
        spec = find_spec(app.partition(".apps.")[0])
        assert spec is not None, app
        assert spec.origin is not None, app
        yield from sorted((Path(spec.origin).parent / "migrations").glob("*.py"))
