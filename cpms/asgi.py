"""One ASGI application: pages and API, live sockets, and the chargers' sockets.

Any ASGI server can run all of it; by default daphne runs the pages and uvicorn the chargers.
"""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpms.settings.dev")
django_application = get_asgi_application()

from cpms.routing import build  # noqa: E402  (needs the app registry)

application = build(django_application)

# What is loaded by now lives as long as the process. Taken out of the collector's sight, it neither makes
# each full collection long nor, by its sheer number, puts off the next one while garbage piles up.
gc.collect()
gc.freeze()
