"""How much each outlet may go on taking in silence, so that the worst building load still fits beside all of them."""

import numpy as np

from smartcharging.engine.fill import Budget, Car, Wiring, fill
from smartcharging.engine.fill.model import Floats

SERVICE_A = 8.0


def failsafe_shares(
    wiring: Wiring, worst_case: Floats, service_a: float = SERVICE_A, wild_a: Floats | None = None
) -> Floats:
    """A for every outlet of the network: the minimum up to the service current, 0 where its circuits hold no more.

    A service current of 0 A gives nobody anything.

    `worst_case` is the load that is not ours on every row, `wild_a` what outlets may take that cannot be told
    (A by outlet, 0 for the others). All fit together, and equals get equal shares; where not even the minimum
    currents fit, outlets that were named first get theirs. Make the wiring without known phases: another car may come.
    """
    wild_a = np.zeros(len(wiring.maximum_a)) if wild_a is None else wild_a
    if service_a <= 0:
        return np.zeros(len(wild_a))
    tame = [outlet for outlet, wild in zip(wiring.network.outlets, wild_a, strict=True) if not wild > 0]
    budget = Budget.of(wiring.rows, other=worst_case, reserved=wiring.rows.load(wild_a))
    return fill(wiring, budget, [Car(outlet.id, cap_a=service_a) for outlet in tame]).amps
