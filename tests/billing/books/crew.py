"""Worker processes that are killed and come again, and connections that are cut, until the work is done."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import connection

from cpms.ops.local import ROOT

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND application_name = 'books'
ORDER BY random() LIMIT 1
"""


class Crew:
    """Processes of one job. `home` keeps the job, how far each is, and their logs."""

    module = "tests.billing.books.worker"

    def __init__(self, home: Path, database_url: str, job: dict[str, Any], processes: int) -> None:
        self.home = home
        self.job = home / "job.json"
        self.job.write_text(json.dumps(job | {"home": str(home)}))
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "cpms.settings.test",
            "PGAPPNAME": "books",
        }
        self.killed: Counter[str] = Counter()
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self.processes = processes

    def start(self, number: int) -> None:
        command = [sys.executable, "-m", self.module, str(self.job), str(number)]
        with (self.home / f"worker-{number}.log").open("ab") as log:
            self.workers[number] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def run(self, kills: int, pace_s: tuple[float, float], rng: random.Random, limit_s: float) -> None:
        """Work to the end; so many times something dies on the way. AssertionError with the log when a worker fails."""
        end = time.monotonic() + limit_s
        for number in range(self.processes):
            self.start(number)
        try:
            while any(worker.poll() is None for worker in self.workers.values()):
                assert time.monotonic() < end, f"not done within {limit_s} s"
                time.sleep(rng.uniform(*pace_s))
                self._look()
                if self.killed.total() < kills:
                    self._kill(rng)
            self._look()
        finally:
            for worker in self.workers.values():
                worker.kill()
                worker.wait()

    def _look(self) -> None:
        for number, worker in self.workers.items():
            log = (self.home / f"worker-{number}.log").read_text(errors="replace")
            assert worker.poll() in (None, 0, -9), log[-3000:]
            assert "Traceback" not in log, log[-3000:]

    def _kill(self, rng: random.Random) -> None:
        if rng.random() < 0.4:
            with connection.cursor() as cursor:
                cursor.execute(CUT)
                self.killed["connection"] += bool(cursor.fetchall())
            return
        running = [number for number, worker in self.workers.items() if worker.poll() is None]
        if running:
            number = rng.choice(running)
            self.workers[number].kill()
            self.workers[number].wait()
            self.killed["process"] += 1
            self.start(number)

    def outcomes(self) -> Counter[str]:
        """What became of what the workers were told, as far as it was noted before a kill."""
        told: Counter[str] = Counter()
        for path in self.home.glob("progress-*.json"):
            progress = json.loads(path.read_text())
            assert progress["done"], path
            told.update(progress["outcomes"])
        return told
