"""The five tones a state is shown in, and text choices that carry one.

A member is written `NAME = value, tone, label`; `member.tone` is one of the five tones.
"""

from django.db import models

AVAILABLE, CHARGING, WAITING, FAULT, OFFLINE = "available", "charging", "waiting", "fault", "offline"


TONES = (AVAILABLE, CHARGING, WAITING, FAULT, OFFLINE)


class ToneChoices(models.TextChoices):
    """Text choices that also carry a tone."""

    tone: str

    def __new__(cls, value: str, tone: str = OFFLINE) -> "ToneChoices":
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone = tone
        return member
