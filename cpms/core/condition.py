"""What keeps this process from taking on more work, told by whoever notices, shown by the readiness check."""

_troubles: dict[str, str] = {}


def trouble(part: str, what: str) -> None:
    """Part of this process is in trouble until `recovered`; `what` is a few words for an operator."""
    _troubles[part] = what


def recovered(part: str) -> None:
    """That part works again."""
    _troubles.pop(part, None)


def troubles() -> dict[str, str]:
    """The parts in trouble, each with its words; empty when all is well."""
    return dict(_troubles)
