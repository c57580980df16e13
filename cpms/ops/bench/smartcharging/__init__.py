"""Smart charging measured: a month of a garage, a closed loop, fail-safe states, apartments, and speed."""
