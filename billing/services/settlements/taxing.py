"""The tax of a host's share: what a host lets us have is a service, sold by the host to us."""

from datetime import date

from billing.choices import PartyKind
from billing.models import Party, SettlementAgreement
from billing.services.invoicing import vat
from billing.tax.case import Buyer, Case, Category, Customer, Decision, Seller, Supply
from billing.tax.decision import decide
from billing.tax.vat_ids import Proof


def decision_of(agreement: SettlementAgreement, operator: Party | None, month: date) -> Decision:
    """The tax table's answer; open, with its question, while it is not known who we are."""
    if operator is None:
        return Decision(
            "place_unknown", "", "", None, question="write down who sells first: name, address and VAT id"
        )
    host = agreement.host
    seller = Seller(host.country, host.is_small_business)
    place = agreement.site.country or host.country
    return decide(
        Case(
            Supply.SERVICE,
            place,
            seller,
            Buyer(Customer.BUSINESS, operator.country, proof_of(operator)),
            month,
        )
    )


def proof_of(party: Party) -> Proof:
    """The VAT id of a party with what proves it. The operator's own needs no register."""
    if party.vat_id and party.kind == PartyKind.OPERATOR and not party.vat_checked_at:
        return Proof(party.vat_id, party.created_at.date().isoformat(), "our own")
    return vat.proof_of(party)


def tax_code_of(decision: Decision) -> str:
    """The tax code of the books, "" where there is no tax."""
    if decision.category is not Category.STANDARD:
        return ""
    return f"{decision.country}-{format(decision.rate.normalize(), 'f')}"
