"""The operations of a vector: profiles set and cleared and transactions ended, one after the other."""

from collections.abc import Callable
from dataclasses import replace

from smartcharging.engine.composite.changes import (
    ClearFilter,
    cleared,
    installed_after,
    transaction_ended,
)
from smartcharging.engine.composite.model import Context, Installed, Purpose, Transaction
from smartcharging.engine.composite.reading import PURPOSES
from smartcharging.engine.composite.vectors import read_context, read_installed, read_one
from smartcharging.engine.node import Node, ReadError

Profiles = tuple[Installed, ...]
Step = tuple[str | None, Profiles, Context]


def fault(vector: Node) -> str:
    """What is wrong with the operations of a vector; empty when they lead to its `installed` profiles."""
    if "operations" not in vector.object():
        return ""
    try:
        _, left = replay(vector)
    except ReadError as error:
        return str(error)
    same = set(left) == set(read_installed(vector["installed"]))
    return "" if same else f"{vector.place}.operations: lead to other profiles than installed"


def replay(vector: Node) -> tuple[list[str | None], Profiles]:
    """The answers to the operations of a vector (None for the end of a transaction), and what they leave."""
    statuses: list[str | None] = []
    left: Profiles = ()
    context = _at_the_beginning(vector)
    for operation in vector["operations"].items():
        step = operation["op"].choice(STEPS)
        status, left, context = step(operation, left, context)
        statuses.append(status)
    return statuses, left


def _at_the_beginning(vector: Node) -> Context:
    """A vector tells what runs at its end; before that ran what its operations end."""
    context = read_context(vector)
    operations = vector["operations"].items()
    ended = {one["connectorId"].integer() for one in operations if one["op"].value == "txEnd"}
    profiles = [read_one(one) for one in operations if one["op"].value == "set"]
    running = {
        one.connector: Transaction(one.profile.transaction_id, 0)
        for one in profiles
        if one.connector in ended and one.profile.purpose is Purpose.TX and one.profile.transaction_id
    }
    return replace(context, transactions={**context.transactions, **running})


def _set(operation: Node, left: Profiles, context: Context) -> Step:
    after = installed_after(read_one(operation), left, context)
    return after.verdict.status, after.installed, context


def _clear(operation: Node, left: Profiles, context: Context) -> Step:
    kept, found = cleared(_filter(operation["filter"]), left)
    return "Accepted" if found else "Unknown", kept, context


def _end(operation: Node, left: Profiles, context: Context) -> Step:
    connector = operation["connectorId"].integer()
    still = {at: one for at, one in context.transactions.items() if at != connector}
    return None, transaction_ended(connector, left), replace(context, transactions=still)


def _filter(node: Node) -> ClearFilter:
    return ClearFilter(
        profile_id=node.optional("id", Node.integer),
        connector=node.optional("connectorId", Node.integer),
        purpose=node.optional("chargingProfilePurpose", lambda purpose: purpose.choice(PURPOSES)),
        stack_level=node.optional("stackLevel", Node.integer),
    )


STEPS: dict[str, Callable[[Node, Profiles, Context], Step]] = {"set": _set, "clear": _clear, "txEnd": _end}
