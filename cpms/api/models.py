"""What the API itself remembers."""

from django.db import models


class IdempotentAnswer(models.Model):
    """The answer given to a write that carried an `Idempotency-Key`; a repeat gets it again.

    Sealed, because an answer may show a password that is shown only once.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=255, blank=True)
    sealed_body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_unique")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
