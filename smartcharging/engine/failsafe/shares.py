"""How much each outlet may go on taking in silence, so that the worst building load still fits beside all of them."""

from smartcharging.engine.fill import Budget, Car, Wiring, fill
from smartcharging.engine.fill.model import Floats

SERVICE_A = 8.0


def failsafe_shares(wiring: Wiring, worst_case: Floats, service_a: float = SERVICE_A) -> Floats:
    """A for every outlet of the network: the minimum up to the service current, 0 where its circuits hold no more.

    `worst_case` is the load that is not ours on every row. All fit together, and equals get equal shares; where
    not even the minimum currents fit, outlets that were named first get theirs.
    """
    everybody = [Car(outlet.id, cap_a=service_a) for outlet in wiring.network.outlets]
    return fill(wiring, Budget.of(wiring.rows, other=worst_case), everybody).amps
