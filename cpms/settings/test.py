"""The test run: real PostgreSQL and Redis, a cheap password hash, mail kept in memory."""

import os

# Runs and workers that share a Redis each have a database of their own; their wake-ups must not mix. A worker
# inherits the environment of the process that started it, and with it that one's prefix.
_run = f"test-{os.environ.get('TEST_DB_NAME', 'cpms')}-"
if os.environ.get("REDIS_PREFIX", f"{_run}main") == f"{_run}main":
    os.environ["REDIS_PREFIX"] = _run + os.environ.get("PYTEST_XDIST_WORKER", "main")

from .dev import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Processes that a test starts hand their mail to the test's own mail server.
if "TEST_SMTP_PORT" in os.environ:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["TEST_SMTP_PORT"])
DATABASES["default"]["TEST"] = {"NAME": env.text("TEST_DB_NAME", "test_cpms")}  # noqa: F405
CACHES["default"]["BACKEND"] = "tests.cache.OwnKeysCache"  # noqa: F405
ACCOUNT_RATE_LIMITS = False
# Where a gateway of a fault test is to end; no other settings know of it.
FAILPOINT = os.environ.get("CPMS_FAILPOINT", "")
FAKE_PAYMENTS = str(BASE_DIR / "var" / f"fake-payments-{os.environ['REDIS_PREFIX']}.sqlite3")  # noqa: F405
FILES_ROOT = str(BASE_DIR / "var" / "test-files")  # noqa: F405
STORAGES["files"]["OPTIONS"] = {"location": FILES_ROOT}  # noqa: F405
