"""The addresses of settlements with site hosts, and of parties."""

from django.urls import path

from . import parties, settlements

urlpatterns = [
    path("parties", parties.Parties.as_view(), name="parties"),
    path("parties/<str:id>", parties.OneParty.as_view(), name="party"),
    path("parties/<str:id>/vat-checks", parties.VatChecks.as_view(), name="party-vat-checks"),
    path("settlement-agreements", settlements.Agreements.as_view(), name="settlement-agreements"),
    path("settlement-agreements/<str:id>", settlements.OneAgreement.as_view(), name="settlement-agreement"),
    path(
        "settlement-agreements/<str:id>/end",
        settlements.AgreementEnd.as_view(),
        name="settlement-agreement-end",
    ),
    path(
        "settlement-agreements/<str:id>/settlements",
        settlements.AgreementSettlements.as_view(),
        name="settlement-agreement-settlements",
    ),
    path("settlements", settlements.Settlements.as_view(), name="settlements"),
    path("settlements/<str:id>", settlements.OneSettlement.as_view(), name="settlement"),
    path("settlements/<str:id>/agree", settlements.SettlementAgree.as_view(), name="settlement-agree"),
    path("settlements/<str:id>/pay", settlements.SettlementPay.as_view(), name="settlement-pay"),
    path("settlements/<str:id>/lines", settlements.SettlementLines.as_view(), name="settlement-lines"),
    path(
        "settlements/<str:id>/files/<str:form>", settlements.SettlementFile.as_view(), name="settlement-file"
    ),
]
