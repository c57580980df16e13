"""Whose account a session is charged to: the tag's own, else its group's, decided when it begins."""

import pytest
from django.core.exceptions import ValidationError

from billing.choices import BillingMode
from billing.models import Account, AccountGroup, AccountTag, JournalEntry
from billing.services.accounts.parties import account_close
from billing.services.books.ledger import receivable_minor
from billing.services.ratings.follow import sessions_sweep
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.payers import (
    group_pay_from,
    group_pay_no_more,
    tag_named,
    tag_pay_from,
    tag_pay_no_more,
)
from chargers.models import IdTag
from cpms.core.actors import SYSTEM
from tests.billing.ratings.conftest import story
from tests.billing.ratings.story import Story
from tests.worlds import World

__all__ = ["story"]


@pytest.fixture
def fleet(story: Story) -> Account:
    """An account that pays for the group of the world's card."""
    story.tariff()
    account = story.payer()
    AccountTag.objects.all().delete()
    IdTag.objects.filter(pk=story.world.tag.pk).update(group=story.world.group)
    group_pay_from(story.world.group, account, SYSTEM)
    return account


def test_a_session_of_a_group_is_charged_to_its_account_once(story: Story, fleet: Account) -> None:
    story.charged()
    for _ in range(3):
        session_rate(story.fresh())
        sessions_sweep()
    assert receivable_minor(fleet) == 595
    assert JournalEntry.objects.filter(kind="final_rating").count() == 1


def test_a_tag_that_pays_for_itself_is_not_charged_to_its_group(story: Story, fleet: Account) -> None:
    own = story.payer(BillingMode.INTERNAL)
    session_rate(story.charged())
    assert (receivable_minor(own), receivable_minor(fleet)) == (595, 0)


def test_a_link_that_ends_while_a_session_runs_changes_that_session_no_more(
    story: Story, fleet: Account
) -> None:
    story.begin()
    sessions_sweep()
    group_pay_no_more(AccountGroup.objects.get(), SYSTEM)
    session_rate(story.end(60, 10_000))
    assert receivable_minor(fleet) == 595


def test_a_link_holds_from_then_on_only(story: Story) -> None:
    story.tariff()
    session_rate(story.charged())
    account = story.payer()
    sessions_sweep()
    assert receivable_minor(account) == 0
    assert story.charge() is None


def test_a_tag_is_moved_to_another_account_and_let_go(story: Story) -> None:
    first, second = story.payer(), story.payer(BillingMode.INTERNAL)
    link = AccountTag.objects.get()
    assert link.account == second
    tag_pay_from(story.world.tag, first, SYSTEM)
    assert AccountTag.objects.get().account == first
    tag_pay_no_more(AccountTag.objects.get(), SYSTEM)
    assert not AccountTag.objects.exists()


def test_a_closed_account_takes_no_tags_and_keeps_its_own(story: Story, fleet: Account) -> None:
    """A tag that was let go would charge with nobody paying; while it is kept, it is refused."""
    tag_pay_from(story.world.tag, fleet, SYSTEM)
    account_close(fleet, SYSTEM)
    assert AccountTag.objects.get().account == fleet
    with pytest.raises(ValidationError, match="is closed"):
        tag_pay_from(story.world.tag, fleet, SYSTEM)
    with pytest.raises(ValidationError, match="is closed"):
        group_pay_from(story.world.group, fleet, SYSTEM)


def test_only_a_member_of_the_account_has_a_budget_there(story: Story, fleet: Account) -> None:
    with pytest.raises(ValidationError, match="does not belong"):
        tag_pay_from(story.world.tag, fleet, SYSTEM, member=story.world.owner)


def test_another_organisations_account_never_pays(story: Story, fleet: Account) -> None:
    other = World("BETA")
    with pytest.raises(ValueError, match="another organisation"):
        tag_pay_from(other.tag, fleet, SYSTEM)
    with pytest.raises(ValueError, match="another organisation"):
        group_pay_from(other.group, fleet, SYSTEM)


def test_a_tag_is_found_by_its_number_in_any_case(story: Story) -> None:
    assert tag_named(story.world.organisation, f" {story.world.tag.uid.lower()} ") == story.world.tag
    with pytest.raises(ValidationError, match="no ID tag"):
        tag_named(World("BETA").organisation, story.world.tag.uid)
