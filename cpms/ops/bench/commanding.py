"""Row 11: commands from the REST API to chargers that another process holds, and back."""

from contextlib import ExitStack

from .driver import Generator
from .effort import Effort
from .figures import Figure, Goal, middle, sum_errors
from .ground import HOST, Ground

CHARGERS = 50


def over_the_api(ground: Ground, effort: Effort) -> list[Figure]:
    """From the due time of the request to the answer that says what the charger said."""
    chargers = min(CHARGERS, effort.chargers)
    with ExitStack() as stack:
        server = stack.enter_context(ground.gateway())
        web = stack.enter_context(ground.web())
        generator = stack.enter_context(Generator(ground, server))
        first = generator.run("fleet.connect", count=chargers)
        order = {
            "host": HOST,
            "port": web.port,
            "key": ground.api_key,
            "stations": ground.stations[:chargers],
        }
        job = {**order, "rate": effort.orders, "seconds": effort.seconds}
        warm_up = generator.run("orders.send", **{**job, "seconds": effort.seconds / 4})
        runs = [generator.run("orders.send", **job) for _ in range(effort.runs)]
    errors = sum_errors([first, warm_up, *runs])
    name = f"command from the API to a charger and back, {effort.orders:g}/s"
    return [
        Figure(11, f"{name}: p50", Goal(15, "ms"), middle(run["p50_ms"] for run in runs), errors),
        Figure(11, f"{name}: p99", Goal(60, "ms"), middle(run["p99_ms"] for run in runs), errors),
    ]
