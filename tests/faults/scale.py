"""How much: FAULT_SCALE=10 makes what `make test` runs ten times as long, many or large, where that is the point."""

import os

SCALE = int(os.environ.get("FAULT_SCALE", "1"))
