"""The test run: real PostgreSQL and Redis, a cheap password hash, mail kept in memory."""

from .dev import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["TEST"] = {"NAME": env.text("TEST_DB_NAME", "test_cpms")}  # noqa: F405
ACCOUNT_RATE_LIMITS = False
ALLOWED_HOSTS = ["*"]
