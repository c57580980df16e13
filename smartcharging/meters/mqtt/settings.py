"""A meter that publishes JSON over MQTT: the broker, the topic, the paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BadSettings
from ..jsonpath import Found, found, path_of
from ..reading_settings import address_of, known_only, text, values


@dataclass(frozen=True, slots=True)
class Settings:
    """`encrypted`: TLS, with the certificate checked."""

    host: str
    port: int
    encrypted: bool
    user: str
    topic: str
    values: Mapping[str, Found]
    time: tuple[str | int, ...] | None


def check(address: str, settings: Mapping[str, Any], lines: int) -> Settings:
    """`{"topic": "house/meter", "user": "", "values": {"l1_a": {"path": "l1.a"}}, "time": "at"}`, address
    `mqtt://host:1883` or `mqtts://host:8883`. Raises BadSettings.
    """
    parts = address_of(address, {"mqtt": 1883, "mqtts": 8883})
    known_only(settings, {"topic", "user", "values", "time"})
    topic = text(settings, "topic")
    if "#" in topic or "+" in topic:
        raise BadSettings("settings.topic", "names one topic, without # and +")
    time = path_of(text(settings, "time"), "settings.time") if "time" in settings else None
    encrypted = parts.scheme == "mqtts"
    port = parts.port or (8883 if encrypted else 1883)
    user = text(settings, "user", default="")
    return Settings(parts.hostname or "", port, encrypted, user, topic, values(settings, lines, found), time)
