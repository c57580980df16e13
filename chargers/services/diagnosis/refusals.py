"""Why handshakes were refused, and what to change on the charger. Only whoever may see the station reads it."""

from collections.abc import Callable, Iterator

from chargers.choices import Health, RefusalReason
from chargers.explain import words
from chargers.models import RefusedHandshake
from chargers.ocpp import describe

from .facts import Facts, Finding

Explain = Callable[[Facts, RefusedHandshake], tuple[str, str, str]]
"""Facts and a refusal to topic, sentence and setting."""


def findings(facts: Facts) -> Iterator[Finding]:
    """One finding a reason of the last 24 hours, the latest first; what was mended since is no fault any more."""
    told: set[str] = set()
    for refusal in facts.refusals:
        if refusal.reason in told:
            continue
        told.add(refusal.reason)
        topic, sentence, setting = _EXPLAIN[RefusalReason(refusal.reason)](facts, refusal)
        yield Finding(topic, _health(facts, refusal), f"{sentence} {_when(facts, refusal)}", setting)
    if not told & _ABOUT_PASSWORDS:
        yield _password(facts)


def _password(facts: Facts) -> Finding:
    if facts.is_online:
        profile = facts.link.security_profile if facts.link else 0
        told = "It got in without a password, by an exception." if profile == 0 else "The password is right."
        return Finding("Password", Health.OK if profile else Health.WARN, told)
    if not facts.station.key_hash:
        return Finding("Password", Health.WARN, "No password was ever set for it.", "Set a new password")
    key = describe.setting(facts.subprotocol, "password")
    return Finding(
        "Password", Health.UNKNOWN, "No password was refused in the last 24 hours.",
        f"User name {facts.station.identity}; {key} is the password shown when it was made",
    )  # fmt: skip


def _health(facts: Facts, refusal: RefusedHandshake) -> Health:
    """A refusal before the socket that is open now is history."""
    opened = facts.link.opened_at if facts.link else None
    if facts.is_online and opened is not None and opened >= refusal.last_at:
        return Health.OK
    if facts.is_online or refusal.reason in _PASSING:
        return Health.WARN
    return Health.BAD


def _when(facts: Facts, refusal: RefusedHandshake) -> str:
    source = f" from {refusal.remote_address}" if refusal.remote_address else ""
    return f"Seen {words.times(refusal.count)}{source}, last {words.span(facts.now - refusal.last_at)} ago."


def _key(facts: Facts) -> str:
    return describe.setting(facts.subprotocol, "password")


def _no_password(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    setting = f"{_key(facts)}: enter the password of this station, user name {facts.station.identity}"
    return "Password", "It calls without a password.", setting


def _wrong_password(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    setting = f"{_key(facts)}: make a new password under Settings and enter exactly that"
    return "Password", "It calls with a wrong password.", setting


def _old_password(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    return (
        "Password", "It calls with the password that was replaced.",
        f"{_key(facts)}: enter the new password; the old one opens nothing any more",
    )  # fmt: skip


def _padded_password(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    return (
        "Password", "It calls with the right password, but with blanks or a line end around it.",
        f"{_key(facts)}: enter it again without blanks before and after",
    )  # fmt: skip


def _wrong_user(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    return (
        "Password", "It calls with the right password, but with another user name.",
        f"User name: exactly {facts.station.identity}, with the same capitals",
    )  # fmt: skip


def _wrong_path(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    twice = refusal.detail.count(facts.station.identity) > 1
    said = f"It asks for {refusal.detail or 'another path'}"
    if twice:
        return (
            "Address",
            f"{said}: the identity is there twice.",
            f"Server address {facts.url}, without the identity",
        )
    return (
        "Address",
        f"{said}, which is not the OCPP address.",
        f"Server address {facts.url}/{facts.station.identity}",
    )


def _no_subprotocol(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    return (
        "Subprotocol", "It names no OCPP version, and this station is set to be strict.",
        f"OCPP version {' or '.join(describe.versions())}; or switch strictness off under Settings",
    )  # fmt: skip


def _no_version(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    ours = " and ".join(describe.versions())
    return (
        "Subprotocol",
        f"It offers {refusal.subprotocols or 'nothing'}; we speak {ours}.",
        f"OCPP version: {ours}",
    )


def _too_low(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    floor = facts.station.security_profile_floor
    return (
        "Security", f"It comes with a lower security profile than {floor}, which this station must reach.",
        f"Security profile {floor}; or lower the station's profile under Security",
    )  # fmt: skip


def _certificate(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    return (
        "Client certificate", "The certificate it shows is not accepted.",
        "Have the charger ask for a new certificate (tab Security), or install the one issued last",
    )  # fmt: skip


def _contested(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    return (
        "Connection", "Somebody without a password called in its name while its own socket was alive.",
        "Give the station a password, so that nobody can take its place",
    )  # fmt: skip


def _plain(topic: str, sentence: str, setting: str = "") -> Explain:
    return lambda facts, refusal: (topic, sentence, setting)


def _other(facts: Facts, refusal: RefusedHandshake) -> tuple[str, str, str]:
    return "Connection", f"It was refused: {refusal.detail or 'no reason was noted'}.", ""


_PASSING = {RefusalReason.BUSY, RefusalReason.THROTTLED, RefusalReason.BROWSER, RefusalReason.CONTESTED}
_ABOUT_PASSWORDS = {
    RefusalReason.NO_PASSWORD,
    RefusalReason.WRONG_PASSWORD,
    RefusalReason.OLD_PASSWORD,
    RefusalReason.PADDED_PASSWORD,
    RefusalReason.WRONG_USER,
}
_EXPLAIN: dict[RefusalReason, Explain] = {
    RefusalReason.NO_PASSWORD: _no_password,
    RefusalReason.WRONG_PASSWORD: _wrong_password,
    RefusalReason.OLD_PASSWORD: _old_password,
    RefusalReason.PADDED_PASSWORD: _padded_password,
    RefusalReason.WRONG_USER: _wrong_user,
    RefusalReason.WRONG_PATH: _wrong_path,
    RefusalReason.NO_SUBPROTOCOL: _no_subprotocol,
    RefusalReason.NO_COMMON_VERSION: _no_version,
    RefusalReason.HEADERS: _plain(
        "Password",
        "It sends two Authorization headers.",
        "Enter the password in one place of the charger only",
    ),
    RefusalReason.BROWSER: _plain("Connection", "A web browser called in its name, which is no charger."),
    RefusalReason.CONTESTED: _contested,
    RefusalReason.PROFILE_TOO_LOW: _too_low,
    RefusalReason.CERTIFICATE: _certificate,
    RefusalReason.THROTTLED: _plain(
        "Password",
        "After ten wrong passwords in a minute it is held off for a while.",
        "Correct the password, then wait a minute",
    ),
    RefusalReason.BUSY: _plain(
        "Connection", "Too many stations called at the same moment; it comes again by itself."
    ),
    RefusalReason.OTHER: _other,
}
