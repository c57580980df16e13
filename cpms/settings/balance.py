"""The control loop of load balancing (`manage.py balance`). Seconds unless the name says otherwise."""

from . import env

BALANCE = {
    "EVERY": env.integer("BALANCE_EVERY", 10, 1, 60),
    "COALESCE": env.integer("BALANCE_COALESCE", 2, 0, 10),
    "LISTEN": 1,
    "SITES_EVERY": env.integer("BALANCE_SITES_EVERY", 15, 1, 600),
    "LEASE": env.integer("BALANCE_LEASE", 30, 5, 300),
    "THREADS": env.integer("BALANCE_THREADS", 4, 1, 64),
    # A controlling profile holds so long without us, and is said anew when less than RENEW is left.
    "HOLD": env.integer("BALANCE_HOLD", 1800, 10, 7200),
    "RENEW": env.integer("BALANCE_RENEW", 600, 5, 3600),
    "INCREASE_EVERY": env.integer("BALANCE_INCREASE_EVERY", 60, 0, 600),
    "MESSAGE_EVERY": env.integer("BALANCE_MESSAGE_EVERY", 30, 0, 600),
    # A car that was switched stays so for a while, whatever would be better; safety does not ask.
    "MINIMUM_ON": env.integer("BALANCE_MINIMUM_ON", 900, 0, 3600),
    "MINIMUM_OFF": env.integer("BALANCE_MINIMUM_OFF", 300, 0, 3600),
    # A grant that is not used for so long is offered to others; a car that rises into what it kept is free at once,
    # and all others are asked anew after so long, which costs two messages each.
    "UNUSED_AFTER": env.integer("BALANCE_UNUSED_AFTER", 75, 0, 3600),
    "PROBE_EVERY": env.integer("BALANCE_PROBE_EVERY", 3600, 60, 86400),
    "DISOBEDIENCE": env.integer("BALANCE_DISOBEDIENCE", 60, 5, 600),
    "DEADBAND_A": 1.0,
    "DEADBAND_SHARE": 0.03,
}
