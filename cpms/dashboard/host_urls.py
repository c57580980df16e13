"""The addresses of settlements with site hosts."""

from django.urls import path

from .views.money import hosts, parties, settlements

urlpatterns = [
    path("money/parties/<str:public_id>/", parties.party, name="party"),
    path("money/hosts/", hosts.hosts, name="hosts"),
    path("money/hosts/new/", hosts.host_new, name="host_new"),
    path("money/hosts/<str:public_id>/edit/", hosts.host_edit, name="host_edit"),
    path("money/hosts/agreements/new/", hosts.host_agreement_new, name="host_agreement_new"),
    path("money/hosts/agreements/<str:public_id>/", hosts.host_agreement, name="host_agreement"),
    path("money/hosts/agreements/<str:public_id>/end/", hosts.host_agreement_end, name="host_agreement_end"),
    path(
        "money/hosts/agreements/<str:public_id>/tell/", hosts.host_agreement_tell, name="host_agreement_tell"
    ),
    path("money/settlements/<str:public_id>/", settlements.settlement, name="settlement"),
    path("money/settlements/<str:public_id>/agree/", settlements.settlement_agreed, name="settlement_agree"),
    path(
        "money/settlements/<str:public_id>/discard/",
        settlements.settlement_discarded,
        name="settlement_discard",
    ),
    path("money/settlements/<str:public_id>/pay/", settlements.settlement_paid, name="settlement_pay"),
    path(
        "money/settlements/<str:public_id>/files/<str:form>",
        settlements.settlement_document,
        name="settlement_document",
    ),
]
