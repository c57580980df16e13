"""Codes of vouchers: as people type them, as they are looked up, as they are printed. Pure but for the dice."""

import secrets
from typing import Final

# Nobody reads a zero for an O, a one for an I or an L, or writes U for V.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# 30 signs to the 12th are 59 bits: with a million codes out, a guess meets one in 500,000,000,000.
LENGTH: Final = 12
GROUP: Final = 4
SHORTEST, LONGEST = 4, 32


def plain_code(typed: str) -> str:
    """What is looked up: capital letters and digits alone, whatever stands between them; "" for nonsense."""
    if len(typed) > 3 * LONGEST or not typed.isascii():
        return ""
    kept = "".join(sign for sign in typed.upper() if sign.isalnum())
    return kept if len(kept) <= LONGEST else ""


def printed(code: str) -> str:
    """A code as it is easy to type: `K7QM-2XTW-9HBD`; a word that somebody chose stays in one piece."""
    if len(code) != LENGTH or set(code) - set(ALPHABET):
        return code
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def codes_drawn(count: int) -> list[str]:
    """So many different codes that nobody can guess."""
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn.add("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
    return sorted(drawn)
