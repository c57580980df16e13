"""The addresses of invoices."""

from django.urls import path

from . import invoices, invoicing, open_items

urlpatterns = [
    path("invoices", invoices.Invoices.as_view(), name="invoices"),
    path("invoices/<str:id>", invoices.OneInvoice.as_view(), name="invoice"),
    path("invoices/<str:id>/issue", invoices.InvoiceIssue.as_view(), name="invoice-issue"),
    path(
        "invoices/<str:id>/credit-notes", invoices.InvoiceCreditNotes.as_view(), name="invoice-credit-notes"
    ),
    path("invoices/<str:id>/files/<str:form>", invoices.InvoiceFile.as_view(), name="invoice-file"),
    path("open-items", open_items.OpenItems.as_view(), name="open-items"),
    path("invoice-dues", invoicing.InvoiceDues.as_view(), name="invoice-dues"),
    path("invoice-issuer", invoicing.InvoiceIssuer.as_view(), name="invoice-issuer"),
    path("accounts/<str:id>/invoice", invoicing.AccountInvoice.as_view(), name="account-invoice"),
]
