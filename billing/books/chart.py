"""The chart of accounts: what each ledger account is for, and of which kind it is."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a ledger account is for. Its code is the purpose, with its owner where each has one: `wallet/acc_01..`."""

    WALLET = "wallet"
    RECEIVABLE = "receivable"
    CLEARING = "clearing"
    BANK = "bank"
    FEES = "fees"
    REVENUE = "revenue"
    DEFERRED_REVENUE = "deferred_revenue"
    OUTPUT_TAX = "output_tax"
    INPUT_TAX = "input_tax"
    MARKETING = "marketing"
    HOST_COST = "host_cost"
    HOST_PAYABLE = "host_payable"
    DISPUTES = "disputes"
    DISPUTE_LOSS = "dispute_loss"
    ROUNDING = "rounding"


class Kind(StrEnum):
    """What a balance of the ledger account means: debits are positive, credits negative."""

    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"
    TAX = "tax"
    CLEARING = "clearing"


KINDS: dict[Purpose, Kind] = {
    Purpose.WALLET: Kind.LIABILITY,
    Purpose.RECEIVABLE: Kind.ASSET,
    Purpose.CLEARING: Kind.CLEARING,
    Purpose.BANK: Kind.ASSET,
    Purpose.FEES: Kind.EXPENSE,
    Purpose.REVENUE: Kind.REVENUE,
    Purpose.DEFERRED_REVENUE: Kind.LIABILITY,
    Purpose.OUTPUT_TAX: Kind.TAX,
    Purpose.INPUT_TAX: Kind.TAX,
    Purpose.MARKETING: Kind.EXPENSE,
    Purpose.HOST_COST: Kind.EXPENSE,
    Purpose.HOST_PAYABLE: Kind.LIABILITY,
    Purpose.DISPUTES: Kind.CLEARING,
    Purpose.DISPUTE_LOSS: Kind.EXPENSE,
    Purpose.ROUNDING: Kind.EXPENSE,
}
# A ledger account for each account of a driver or company, for each party, for each payment provider.
OF_AN_ACCOUNT = frozenset({Purpose.WALLET, Purpose.RECEIVABLE})
OF_A_PARTY = frozenset({Purpose.HOST_PAYABLE})
OF_A_PROVIDER = frozenset({Purpose.CLEARING})


def code(purpose: Purpose, owner: str = "") -> str:
    """The code of a ledger account: `revenue`, `wallet/acc_01..`. ValueError when an owner is missing or too many."""
    owned = purpose in OF_AN_ACCOUNT | OF_A_PARTY | OF_A_PROVIDER
    if owned != bool(owner):
        raise ValueError(f"{purpose} {'needs an' if owned else 'has no'} owner, got {owner!r}")
    return f"{purpose}/{owner}" if owner else str(purpose)


def parts(code_: str) -> tuple[Purpose, str]:
    """Purpose and owner of a code; the owner is empty where there is none."""
    purpose, _, owner = code_.partition("/")
    return Purpose(purpose), owner
