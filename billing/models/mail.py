"""What every mail to a customer has: a row that is there before anything is sent, and is sent once."""

from django.db import models

from cpms.core.models import PublicModel

from ..choices import MailState


class QueuedMail(PublicModel):
    """A mail to be sent once.

    `claimed_until`: whoever sends has so long, then another tries again under the same Message-ID, which is made of the
    public id.
    """

    to = models.EmailField(blank=True)
    locale = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=7, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, help_text="Empty: nothing is left to do.")
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=255, blank=True)

    class Meta:
        abstract = True
