"""The short form of `make books`: real processes, kills, cut connections, repeats in any order, and the proof."""

from pathlib import Path

import pytest

from .campaign import Run, database_url, invoice_campaign, post_campaign
from .shop import Shop

QUICK = (0.2, 0.6)
SEED = 20261121


@pytest.mark.fault
def test_random_events_with_crashes_leave_sound_books(real_shop: Shop, tmp_path: Path) -> None:
    run = Run(tmp_path, database_url(), SEED, kills=8, pace_s=QUICK, limit_s=240)
    outcome = post_campaign(run, 400, workers=3, replay=True)
    print(outcome)
    assert not outcome.wrong, str(outcome)
    assert outcome.killed["process"] > 0


@pytest.mark.fault
def test_issuers_that_are_killed_leave_no_gap(real_shop: Shop, tmp_path: Path) -> None:
    run = Run(tmp_path, database_url(), SEED, kills=6, pace_s=QUICK, limit_s=240)
    outcome = invoice_campaign(run, 150, issuers=12, threads=4)
    print(outcome)
    assert not outcome.wrong, str(outcome)
