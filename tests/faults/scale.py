"""How much: `make test` is short, FAULT_SCALE=10 is ten times as long, many or large where time or size is the point."""

import os

SCALE = int(os.environ.get("FAULT_SCALE", "1"))
