"""The addresses of invoices."""

from django.urls import path

from .views.money import dunning, invoices, invoicing, open_items

urlpatterns = [
    path("money/invoices/", invoices.invoices, name="invoices"),
    path("money/invoices/due/", invoicing.invoices_due, name="invoices_due"),
    path("money/invoices/open/", open_items.invoices_open, name="invoices_open"),
    path("money/invoices/issuer/", invoicing.invoice_issuer, name="invoice_issuer"),
    path("money/invoices/<str:public_id>/", invoices.invoice, name="invoice"),
    path("money/invoices/<str:public_id>/issue/", invoices.invoice_issue_draft, name="invoice_issue"),
    path("money/invoices/<str:public_id>/discard/", invoices.invoice_discard, name="invoice_discard"),
    path("money/invoices/<str:public_id>/credit/", invoices.invoice_credit, name="invoice_credit"),
    path(
        "money/invoices/<str:public_id>/files/<str:form>", invoices.invoice_document, name="invoice_document"
    ),
    path("money/reminders/", dunning.reminders, name="reminders"),
    path("money/reminders/rules/", dunning.reminder_rules, name="reminder_rules"),
    path("money/reminders/<str:public_id>/", dunning.reminder, name="reminder"),
    path("money/invoices/<str:public_id>/remind/", dunning.reminder_begin, name="reminder_begin"),
    path("money/reminders/<str:public_id>/hold/", dunning.reminder_hold, name="reminder_hold"),
    path("money/reminders/<str:public_id>/go-on/", dunning.reminder_go_on, name="reminder_go_on"),
    path("money/reminders/<str:public_id>/advance/", dunning.reminder_advance, name="reminder_advance"),
    path("money/accounts/<str:public_id>/invoice/", invoicing.invoice_now, name="invoice_now"),
    path("money/accounts/<str:public_id>/cycle/", invoicing.invoice_cycle, name="invoice_cycle"),
]
