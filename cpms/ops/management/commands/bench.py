"""`manage.py bench gateway`, `billing` and `smartcharging`: what was built, measured against its goals."""

import json
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpms.ops.bench.billing.scores import SCORES
from cpms.ops.bench.effort import FULL, QUICK, TINY
from cpms.ops.bench.figures import Figure
from cpms.ops.bench.ground import BenchError, Ground
from cpms.ops.bench.rows import ROWS, measures
from cpms.ops.bench.smartcharging import rows as smartcharging
from cpms.ops.bench.smartcharging.lab import SIZES, Lab
from cpms.ops.local import ROOT
from cpms.ops.services import ServiceError

EFFORTS = {"full": FULL, "quick": QUICK, "tiny": TINY}


class Command(BaseCommand):
    """Prints each figure beside its goal; a lost, wrong or doubled answer makes the exit code 1."""

    help = (
        "Measure the gateway on servers and with a load of its own (docs/performance.md), billing on "
        "vectors (docs/algorithms/pricing.md), or smart charging on sessions (docs/algorithms/allocation.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["gateway", "billing", "smartcharging"])
        parser.add_argument("--json", action="store_true", help="a JSON list and nothing else")
        parser.add_argument("--only", type=_rows, default=frozenset(), help="rows to measure, such as 1,4")
        parser.add_argument("--minutes", type=float, help="how long row 13 takes; 30 unless told")
        parser.add_argument(
            "--data", type=Path, default=ROOT.parent / "shared" / "data", help="vectors and sessions"
        )
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--quick", dest="effort", action="store_const", const="quick", default="full")
        size.add_argument(
            "--tiny",
            dest="effort",
            action="store_const",
            const="tiny",
            help="seconds; shows only that it works",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        figures: list[Figure] = []
        measured = {
            "gateway": self._gateway,
            "billing": self._billing,
            "smartcharging": self._smartcharging,
        }[options["what"]]
        try:
            for found in measured(options):
                figures += found
                if not options["json"]:
                    self._print(found)
        except (BenchError, ServiceError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps([figure.as_json() for figure in figures], indent=1))
        if any(figure.errors for figure in figures):
            sys.exit(1)

    def _gateway(self, options: dict[str, Any]) -> Iterator[list[Figure]]:
        _refuse_unknown(options["only"], ROWS)
        effort = EFFORTS[options["effort"]]
        if options["minutes"]:
            effort = replace(effort, soak_minutes=options["minutes"])
        # Ended from outside, it still takes its servers down.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with Ground(effort.stations) as ground:
            for measure in measures(options["only"]):
                yield measure(ground, effort)

    def _billing(self, options: dict[str, Any]) -> Iterator[list[Figure]]:
        for score in SCORES:
            yield score(options["data"])

    def _smartcharging(self, options: dict[str, Any]) -> Iterator[list[Figure]]:
        _refuse_unknown(options["only"], smartcharging.ROWS)
        with Lab(options["data"], SIZES[options["effort"]]) as lab:
            begun = [measure(lab) for measure in smartcharging.measures(options["only"])]
            for figures in begun:
                yield figures()

    def _print(self, figures: list[Figure]) -> None:
        for figure in figures:
            style = self.style.SUCCESS if figure.met else self.style.ERROR
            verdict = "met" if figure.met else f"not met {dict(figure.errors) or ''}".strip()
            about = f"{figure.row:2}. {figure.name}"
            shown = f"{figure.figure:9.{figure.digits}f} {figure.goal.unit:6}"
            self.stdout.write(f"{about:90} {shown} goal {figure.goal!s:8} {style(verdict)}")
            self.stdout.flush()


def _rows(text: str) -> frozenset[int]:
    return frozenset(int(part) for part in text.split(","))


def _refuse_unknown(wanted: frozenset[int], rows: frozenset[int]) -> None:
    if unknown := wanted - rows:
        raise CommandError(f"there is no row {', '.join(map(str, sorted(unknown)))}")
