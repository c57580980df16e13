"""`python -m tests.billing.books.worker JOB WORKER`: a process that posts or issues, and may be killed at any moment.

It begins again a little before where it was, so what it had done comes again.
"""

import collections
import json
import sys
import threading
import time
from pathlib import Path

import django
from django.db import InterfaceError, OperationalError, connection

NOTED_EVERY = 20
RETRIES = 200


class Progress:
    """How far a worker is, kept in a file: the place in its list, and what became of what it was told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        stored = json.loads(path.read_text()) if path.exists() else {}
        self.place = int(stored.get("place", 0))
        self.outcomes = collections.Counter(stored.get("outcomes", {}))
        self.done = bool(stored.get("done"))

    def note(self, place: int, done: bool = False) -> None:
        """Written beside and moved, so that a kill leaves the old one or the new one."""
        self.place, self.done = place, done
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps({"place": place, "outcomes": self.outcomes, "done": done}))
        beside.replace(self.path)


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    django.setup()
    workers = [post] if job["task"] == "post" else [issue] * job["threads"]
    first = int(sys.argv[2]) * len(workers)
    threads = [
        threading.Thread(target=work, args=(job, first + n), daemon=True) for n, work in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def post(job: dict, worker: int) -> None:
    """Tell the books this worker's events; what came too early is told again."""
    from cpms.accounts.models import Organisation

    from .acts import Teller
    from .plan import deliveries, events

    progress = Progress(Path(job["home"]) / f"progress-{worker}.json")
    made = events(job["seed"], job["events"], job["accounts"])
    mine = list(deliveries(job["seed"], made, job["workers"], worker))
    teller = Teller(Organisation.objects.get(pk=job["organisation"]), made)
    queue = collections.deque(mine[progress.place :])
    # After a kill, what waited for something earlier is not known any more: it is looked for again.
    if progress.place:
        queue.extend(event for event in mine[: progress.place] if event.subject >= 0)
    waits = 0
    while queue:
        event = queue.popleft()
        outcome = attempt(lambda e=event: teller.tell(e))
        progress.outcomes[outcome] += 1
        waits = waits + 1 if outcome == "NotYet" else 0
        if outcome == "NotYet":
            queue.append(event)
            time.sleep(0.01 if waits > len(queue) else 0)
        elif progress.place < len(mine) and sum(progress.outcomes.values()) % NOTED_EVERY == 0:
            progress.note(max(0, min(len(mine), len(mine) - len(queue)) - NOTED_EVERY))
    progress.note(len(mine), done=True)


def issue(job: dict, issuer: int) -> None:
    """Draft and issue this issuer's share of the invoices, some of them another's as well, and credit some."""
    from .issuing import documents, write

    progress = Progress(Path(job["home"]) / f"progress-{issuer}.json")
    mine = list(documents(job["seed"], job["invoices"], job["issuers"], issuer))
    for place in range(progress.place, len(mine)):
        progress.outcomes[attempt(lambda p=place: write(job, mine[p]))] += 1
        if place % NOTED_EVERY == 0:
            progress.note(max(0, place - NOTED_EVERY))
    progress.note(len(mine), done=True)


def attempt(act: collections.abc.Callable[[], object]) -> str:
    """What became of it; lost connections, deadlocks and lock time-outs are tried again."""
    from billing.books.postings import Impossible
    from billing.services.books.refusals import BooksRefuse

    from .acts import NotYet

    for _ in range(RETRIES):
        try:
            act()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.05)
        except (BooksRefuse, Impossible, NotYet) as refused:
            return type(refused).__name__
        else:
            return "accepted"
    raise SystemExit(f"given up after {RETRIES} attempts")


if __name__ == "__main__":
    main()
