"""A developer's machine and `make run`: everything on loopback, mail on the console.

The secrets below only ever guard a demo on 127.0.0.1; `make run` puts random ones into its environment.
"""

import os

for _name, _value in {
    "SECRET_KEY": "development-only-secret-key-that-guards-nothing-of-value",
    "STATION_KEY_PEPPER": "development-only-pepper",
    "SECRETS_KEYS": "dev:ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMhISE=",
}.items():
    if not os.environ.get(f"{_name}_FILE"):
        os.environ.setdefault(_name, _value)

from .base import *  # noqa: E402, F403

DEBUG = env.flag("DEBUG", False)  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# A payment provider of our own that holds no money; its books are a file. Production has no such setting.
FAKE_PAYMENTS = env.text("FAKE_PAYMENTS", str(BASE_DIR / "var" / "fake-payments.sqlite3"))  # noqa: F405
PAYMENT_PROVIDER = PAYMENT_PROVIDER or "fake"  # noqa: F405
# Another server instead of Stripe's, for tests.
STRIPE["API_URL"] = env.text("STRIPE_API_URL", "")  # noqa: F405
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
# Nothing is collected here, but whitenoise warns of a folder that is not there.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
