"""Back-office views of the books; nobody writes them by hand."""

from django.contrib import admin

from cpms.core.admin import ReadOnlyAdmin

from .models import Invoice, JournalEntry


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ("booked_on", "kind", "key", "currency", "organisation")
    list_filter = ("kind", "organisation")
    search_fields = ("key", "source", "public_id")
    show_full_result_count = False


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("code", "kind", "state", "issued_on", "payable_minor", "currency", "organisation")
    list_filter = ("kind", "state", "organisation")
    search_fields = ("code", "public_id")
