"""The checks on what the database knows: address, connection, boot, clock, signs of life. Pure functions."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from chargers.choices import Health, Registration
from chargers.explain import words
from chargers.ocpp import describe

from .facts import Facts, Finding

WARN_SKEW, BAD_SKEW = timedelta(seconds=60), timedelta(minutes=10)
CERTIFICATE_SOON = timedelta(days=21)
_CLOSED = {
    1000: "it said goodbye itself",
    1001: "it said goodbye itself",
    1002: "it offered no version we speak",
    1006: "the line broke without a word: look at its power and network, or at a proxy that drops idle sockets",
    1008: "it broke the rules of the protocol",
    1009: "it sent a frame that is too large",
    1011: "we failed at one of its messages",
    1012: "this server was restarted",
    1013: "our database was away",
    4001: "a newer socket of the same station took over",
    4002: "its password was changed or it was removed",
    4003: "it answered neither pings nor requests",
}


def address(facts: Facts) -> Iterator[Finding]:
    """What to type into the charger, in both spellings."""
    full = f"{facts.url}/{facts.station.identity}"
    yield Finding(
        "Address", Health.OK, f"The charger has to call {full}.",
        f"Server address {full}; for chargers that append their identity themselves: {facts.url}",
    )  # fmt: skip


def connection(facts: Facts) -> Iterator[Finding]:
    """Whether the socket is open, since when, or why it is not."""
    link = facts.link
    if link is None or link.opened_at is None:
        yield Finding("Connection", Health.BAD, "It has never got in.", "Check address and password first.")
        return
    if not link.is_open:
        why = _CLOSED.get(link.close_code or 0, "the reason is not known")
        since = f" {words.span(facts.now - link.closed_at)} ago" if link.closed_at else ""
        yield Finding("Connection", Health.BAD, f"The connection ended{since}: {why}.")
        return
    yield Finding(
        "Connection", Health.OK,
        f"Open for {words.span(facts.now - link.opened_at)} from {link.remote_address or 'an unknown address'}.",
    )  # fmt: skip
    yield _version(facts)
    yield from _boot(facts)


def _version(facts: Facts) -> Finding:
    return Finding("Subprotocol", Health.OK, f"It speaks {facts.subprotocol}.")


def _boot(facts: Facts) -> Iterator[Finding]:
    station, link = facts.station, facts.link
    registration = Registration(station.registration)
    if registration != Registration.ACCEPTED:
        yield Finding(
            "Boot", Health.BAD, f"Its boot is answered with {registration.label.lower()}: it may not charge."
        )
    elif station.last_boot_at is None:
        sentence = "It has never sent a BootNotification; its messages are accepted all the same."
        yield Finding("Boot", Health.WARN, sentence, "Restart the charger once.")
    elif link and link.opened_at and station.last_boot_at < link.opened_at:
        yield Finding("Boot", Health.OK, "Accepted at an earlier connection; a reconnect needs no new boot.")
    else:
        yield Finding("Boot", Health.OK, f"Accepted {words.span(facts.now - station.last_boot_at)} ago.")


def security(facts: Facts) -> Iterator[Finding]:
    """The security profile it reached against the one it must reach, and its own certificate."""
    link, floor = facts.link, facts.station.security_profile_floor
    if link is not None and link.is_open:
        reached = link.security_profile
        health = Health.OK if reached >= floor else Health.WARN
        yield Finding(
            "Security", health, f"It reached security profile {reached}; profile {floor} is asked for."
        )
    ends = facts.client_certificate_ends_at
    if ends is not None:
        left = ends - facts.now
        sentence = f"Its own certificate is good for another {words.span(left)}."
        if left <= timedelta():
            sentence = "Its own certificate has expired."
        health = Health.BAD if left <= timedelta() else Health.WARN if left < CERTIFICATE_SOON else Health.OK
        advice = "" if health == Health.OK else "Have the charger ask for a new certificate (tab Security)"
        yield Finding("Client certificate", health, sentence, advice)


def traffic(facts: Facts) -> Iterator[Finding]:
    """Signs of life: frames, pings, answers, clock. Nothing for a station that is away, but its clock."""
    if facts.is_online:
        yield _heartbeat(facts)
        yield _pings(facts)
        yield _answers(facts)
    yield from _clock(facts)


def _heartbeat(facts: Facts) -> Finding:
    interval = timedelta(seconds=settings.OCPP["HEARTBEAT_INTERVAL"])
    name = describe.setting(facts.subprotocol, "heartbeat")
    seen = facts.link.last_seen_at if facts.link else None
    if seen is None:
        return Finding("Heartbeat", Health.UNKNOWN, "Nothing was heard over this connection yet.")
    silent = facts.now - seen
    told = (
        f"Last heard {words.span(silent)} ago; we ask for a sign of life about every {words.span(interval)}."
    )
    if silent <= 1.5 * interval:
        return Finding("Heartbeat", Health.OK, told)
    health = Health.BAD if silent > 3 * interval else Health.WARN
    return Finding("Heartbeat", health, told, f"{name} = {round(interval.total_seconds())}")


def _pings(facts: Facts) -> Finding:
    link, interval = facts.link, settings.OCPP["PING_INTERVAL"]
    assert link is not None
    assert link.opened_at is not None
    if not interval:
        return Finding("Pings", Health.UNKNOWN, "This server sends no pings.")
    if link.pong_epoch == link.epoch:
        return Finding("Pings", Health.OK, "It answers our pings.")
    if facts.now - link.opened_at < timedelta(seconds=2 * interval):
        return Finding("Pings", Health.UNKNOWN, "No ping was due yet.")
    return Finding(
        "Pings", Health.WARN,
        "It has not answered a ping on this connection: only its messages tell that it is there.",
        f"{describe.setting(facts.subprotocol, 'ping')} = {interval}",
    )  # fmt: skip


def _answers(facts: Facts) -> Finding:
    if not facts.unanswered:
        return Finding(
            "Answers", Health.OK, "It answers what we ask, as far as it was asked on this connection."
        )
    number = words.counted(facts.unanswered, "request", "requests")
    sentence = (
        f"It did not answer our last {number}, although its own messages come: the socket is half dead."
    )
    health = Health.BAD if facts.unanswered > 1 else Health.WARN
    return Finding("Answers", health, sentence, "Restart the charger's communication, or the charger.")


def _clock(facts: Facts) -> Iterator[Finding]:
    if facts.skew is None:
        return
    away, ahead = abs(facts.skew), facts.skew > timedelta()
    said = f"Its clock is {words.span(away)} {'ahead of' if ahead else 'behind'} ours."
    if away <= WARN_SKEW:
        yield Finding(
            "Clock", Health.OK, said if away > timedelta(seconds=2) else "Its clock agrees with ours."
        )
        return
    health = Health.BAD if away > BAD_SKEW else Health.WARN
    advice = "Set the time zone to UTC and take the time from the server (it is in every heartbeat answer)"
    yield Finding("Clock", health, f"{said} Times are corrected where that is possible.", advice)


def headline(facts: Facts, findings: list[Finding]) -> str:
    """The one line to read first."""
    wrong = [finding for finding in findings if finding.health == Health.BAD]
    if facts.is_online:
        return f"It is connected, but: {wrong[0].sentence}" if wrong else _connected(findings)
    tries = _tries(facts)
    if not facts.was_heard:
        return (
            f"We have never heard from it; {tries}."
            if tries
            else "We have never heard from it, and nobody has tried."
        )
    gone = next((finding.sentence for finding in findings if finding.topic == "Connection"), "It is away.")
    return f"{gone} Since then: {tries}." if tries else gone


def _connected(findings: list[Finding]) -> str:
    doubtful = sum(finding.health == Health.WARN for finding in findings)
    if not doubtful:
        return "It is connected, and nothing is wrong."
    return f"It is connected; {words.counted(doubtful, 'thing', 'things')} should be looked at."


def _tries(facts: Facts) -> str:
    """`3 refused attempts from 1.2.3.4 (wrong password), the last 5 min ago`; "" without any."""
    count = sum(refusal.count for refusal in facts.refusals)
    if not count:
        return ""
    newest = facts.refusals[0]
    source = f" from {newest.remote_address}" if newest.remote_address else ""
    why = newest.get_reason_display().lower()
    number = words.counted(count, "refused attempt", "refused attempts")
    return f"{number} in the last 24 hours, the latest{source} {words.span(facts.now - newest.last_at)} ago ({why})"
