"""What an address looks for when it is asked: by its queries, not by its code."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from chargers.models import ChargingStation
from cpms.accounts.models import ApiKey

# Looks like an id, and nothing has it.
NOTHING = "zzz_01J0000000000000000000000Z"
NAME = re.compile(r'"(\w+)"')


class Lookups:
    """The tables of the queries that ask for `NOTHING`, while it is entered."""

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self._listening: AbstractContextManager[None] = connection.execute_wrapper(self._listen)

    def __enter__(self) -> "Lookups":
        self._listening.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._listening.__exit__(*error)

    def _listen(self, execute: Callable[..., Any], sql: Any, params: Any, *rest: Any) -> Any:
        if NOTHING.casefold() in f"{sql} {params!r}".casefold():
            self.tables.update(NAME.findall(str(sql)))
        return execute(sql, params, *rest)


def table_of(name: str) -> str:
    """Where the row with this id is; a name that is no id is a station's identity."""
    prefix, mark, _ = name.partition("_")
    return (_kinds()[prefix] if mark else ChargingStation)._meta.db_table


@cache
def _kinds() -> dict[str, type[Model]]:
    found = {getattr(model, "id_prefix", ""): model for model in apps.get_models()}
    return found | {"key": ApiKey}
