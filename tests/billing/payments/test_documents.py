"""`docs/algorithms/payments.md` says what the code does: its tables and its worked example."""

import re
from collections.abc import Iterator

import pytest

from billing.choices import PaymentState, PaymentWish
from billing.payments.interface import PaymentSeen
from billing.payments.steps import Facts, next_step
from billing.providers.fake import acts
from billing.providers.fake.cards import CARDS, Mishap
from billing.services.payments.refunds import refund_open
from billing.services.payments.seen import payment_seen
from billing.services.payments.settling import session_settle
from cpms.core.actors import SYSTEM
from cpms.ops.local import ROOT

from .till import Till

PAGE = (ROOT / "docs/algorithms/payments.md").read_text()
WISHES = (PaymentWish.HOLD, PaymentWish.CAPTURE, PaymentWish.RELEASE)


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of the table below a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not line.startswith(("|---", "| state")):
            yield cells


def asked() -> Iterator[tuple[str, PaymentWish, str]]:
    for states, *steps in rows("What is asked for"):
        for state in states.split(", "):
            yield from ((state, wish, step) for wish, step in zip(WISHES, steps, strict=True))


@pytest.mark.parametrize(("state", "wish", "step"), list(asked()))
def test_the_table_of_steps_is_what_is_asked_for(state: str, wish: PaymentWish, step: str) -> None:
    is_known = state != PaymentState.NEW
    held = 5000 if state == PaymentState.AUTHORISED else 0
    found = next_step(Facts(PaymentState(state), wish, 5000, 1234, held, known_to_provider=is_known))
    assert (found.kind.value if found else "-") == step


def test_the_tables_know_every_state() -> None:
    assert {state for state, _, _ in asked()} == set(PaymentState.values)
    assert {s for states, *_ in rows("What may follow what") for s in states.split(", ")} == set(
        PaymentState.values
    )


def followers() -> dict[str, set[str]]:
    """What each state may become: the names of states in the last column."""
    found: dict[str, set[str]] = {}
    for states, _, after in rows("What may follow what"):
        named = {word for word in re.sub(r"\([^)]*\)", "", after).replace(",", " ").split() if word != "-"}
        found |= dict.fromkeys(states.split(", "), named)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "before", ["new", "needs_action", "failed", "authorised", "captured", "cancelled", "expired"]
)
def test_an_earlier_state_never_comes_back(till: Till, before: str) -> None:
    """Each state is told everything a provider can say, and goes only where the table says."""
    can_say = [
        PaymentState.NEW, PaymentState.NEEDS_ACTION, PaymentState.FAILED, PaymentState.AUTHORISED,
        PaymentState.CAPTURED, PaymentState.CANCELLED, PaymentState.EXPIRED,
    ]  # fmt: skip
    held = before in ("authorised", "captured")
    for number, said in enumerate(can_say):
        intent = till.pay()
        first = PaymentSeen(
            f"ref-{number}", PaymentState(before), 5000 if held else 0, 1000 if before == "captured" else 0
        )
        payment_seen(intent, first)
        intent = till.now(intent)
        is_unpaid = said in (PaymentState.CANCELLED, PaymentState.EXPIRED)
        if before == "captured" and is_unpaid:
            continue
        captured = 1000 if said == PaymentState.CAPTURED else 0
        payment_seen(intent, PaymentSeen(f"ref-{number}", said, 5000 if captured else 0, captured))
        after = str(till.now(intent).state)
        # A payment that was given up is not captured by anybody, and one that failed is not either.
        if captured and before in ("cancelled", "expired", "failed"):
            continue
        assert after == before or after in followers()[before], (before, said, after)


@pytest.mark.django_db
def test_the_worked_example_comes_out_as_written(till: Till) -> None:
    example = PAGE.split("```payment\n")[1].split("```")[0]
    intent = None
    for line in example.splitlines():
        found = re.fullmatch(r"(.+?) {2,}(\w+) +held (\d+) +captured (\d+) +clearing (\d+)", line)
        assert found, line
        act, state, held, captured, clearing = found.groups()
        if act.startswith("hold"):
            intent = till.pay()
            till.end(till.begin(intent))
        assert intent is not None
        _act(till, intent, act)
        intent = till.go(intent, 20, rounds=3)
        figures = (intent.state, intent.authorised_minor, intent.captured_minor, till.clearing)
        assert figures == (state, int(held), int(captured), int(clearing)), line


def _act(till: Till, intent: object, act: str) -> None:
    verb, *_, last = act.split()
    if verb == "lose":
        acts.mishaps(till.its.bank, last, Mishap.LOST)
    elif verb == "settle":
        session_settle(intent, int(last), "EUR")  # type: ignore[arg-type]
    elif verb == "webhooks":
        till.deliver(acts.hooks_take(till.its.bank) * 2)
    elif verb == "refund":
        refund_open(intent, int(last), "", SYSTEM)  # type: ignore[arg-type]


def test_the_page_names_every_card_and_mishap() -> None:
    for name in (*CARDS, *Mishap):
        assert f"`{name}`" in PAGE
