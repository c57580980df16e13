"""Back-office views of the audit trail and the outbox; nobody writes them by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from .models import AuditLine, OutboxEvent


class ReadOnlyAdmin(ModelAdmin):
    """Rows that are facts: shown, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditLine)
class AuditLineAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_label", "action", "subject_label")
    search_fields = ("actor_label", "action", "subject", "subject_label")
    date_hierarchy = "at"


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "type", "subject")
    search_fields = ("type", "subject")
    show_full_result_count = False
