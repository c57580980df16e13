"""What a site does when it hears nothing more: permanent low limits, grants that decay, and the sum that proves it.

    shares = failsafe_shares(wiring, worst_case)                       # A for every outlet
    installed = permanent(connector, share_a, hardware_a)              # installed once, without end
    controlling(connector, "tx-7", 16.0, now_s, failsafe_a=6.0)        # decays to 6 A
    proof(wiring, highest_a, worst_case).holds

Pure: charging profiles are those of `smartcharging.engine.composite`, which also says what they allow.
"""

from smartcharging.engine.failsafe.profiles import Ids, controlling, permanent
from smartcharging.engine.failsafe.proof import Change, Proof, ProofLine, proof
from smartcharging.engine.failsafe.shares import failsafe_shares
from smartcharging.engine.failsafe.silence import highest_in_silence

__all__ = [
    "Change",
    "Ids",
    "Proof",
    "ProofLine",
    "controlling",
    "failsafe_shares",
    "highest_in_silence",
    "permanent",
    "proof",
]
