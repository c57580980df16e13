"""The worked example of docs/algorithms/rating-life.md is what happens."""

import json
import re

from billing.services.ratings.late import session_review
from billing.services.ratings.outcome import session_rate
from billing.services.ratings.running import session_estimate
from chargers.models import Transaction
from cpms.ops.local import ROOT

from .story import Story, at

DOCUMENT = (ROOT / "docs" / "algorithms" / "rating-life.md").read_text()
(EXAMPLE,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL))


def test_the_worked_example_is_what_happens(story: Story) -> None:
    story.tariff(json.dumps(EXAMPLE["tariff"]))
    story.begin()
    for reading in EXAMPLE["readings"]:
        story.read(reading["minute"], reading["wh"])
        so_far = session_estimate(story.session)
        assert so_far is not None
        assert so_far.gross_minor == reading["so_far"]
    last = EXAMPLE["readings"][-1]
    final = session_rate(story.end(last["minute"], last["wh"]))
    assert final is not None
    assert {name: getattr(final, name) for name in EXAMPLE["final"]} == EXAMPLE["final"]
    late = EXAMPLE["late"]
    told = {"ended_at": at(late["minute"]), "meter_stop_wh": story.register_wh + late["wh"]}
    Transaction.objects.filter(pk=story.session.pk).update(**told)
    proposal = session_review(story.fresh())
    assert proposal is not None
    assert (proposal.state, proposal.gross_minor) == ("proposed", late["proposed"])
