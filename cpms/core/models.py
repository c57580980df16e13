"""Base models, the outbox and the audit trail."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from .ids import public_id


class PublicModel(models.Model):
    """A row with a public id beside its internal key; URLs and the API use the public one only.

    Subclasses set `id_prefix`, e.g. `"cst"`.
    """

    id_prefix: ClassVar[str] = ""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not a field default: only rows made here get one, rows read from the database carry theirs.
        if not self.public_id and "public_id" not in self.get_deferred_fields():
            self.public_id = public_id(self.id_prefix)


class XidField(models.BigIntegerField):
    """PostgreSQL's `xid8`, filled by the database with the transaction that wrote the row."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction that made it happen.

    Readers follow `(xid, id)` and stop before the oldest running transaction, so a row that commits late
    never slips in behind a cursor that has passed it. See `cpms.core.outbox`.
    """

    id = models.BigAutoField(primary_key=True)
    xid = XidField(db_default=models.expressions.RawSQL("pg_current_xact_id()", ()), editable=False)
    organisation_id = models.BigIntegerField(null=True)
    type = models.CharField(max_length=80)
    subject = models.CharField(max_length=40, help_text="Public id of what it happened to.")
    payload = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "xid", "id"], name="outbox_by_organisation"),
            models.Index(fields=["occurred_at"], name="outbox_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class AuditLine(models.Model):
    """Who did what: one line an act, with a stable dotted slug such as `station.adopted`. Append only."""

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_label = models.CharField(max_length=160)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=40, blank=True)
    subject_label = models.CharField(max_length=255, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-at"], name="audit_by_organisation"),
            models.Index(fields=["subject", "-at"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_label}"
