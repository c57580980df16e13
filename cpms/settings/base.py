"""What every environment shares. Values that differ by installation come from the environment."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from . import env
from .balance import BALANCE as BALANCE
from .beat import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE
from .logs import LOGGING as LOGGING
from .rest import REST_FRAMEWORK as REST_FRAMEWORK
from .rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parents[2]

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
# Keys that encrypt stored secrets: "id:base64" pairs, the first one encrypts, the others still decrypt.
SECRETS_KEYS = env.words("SECRETS_KEYS")
# Pepper of the HMAC that hashes station passwords.
STATION_KEY_PEPPER = env.text("STATION_KEY_PEPPER")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "cpms.portal.mishaps.form_expired"
# Public addresses, shown to people and typed into chargers.
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
OCPP_PUBLIC_URL = env.text("OCPP_PUBLIC_URL", "ws://127.0.0.1:9000/ocpp").rstrip("/")

INSTALLED_APPS = [
    "daphne",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # The pages of allauth for security keys and sessions load its filters.
    "django.contrib.humanize",
    "django.contrib.postgres",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "rest_framework",
    "rest_framework_api_key",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "cpms.core",
    "cpms.accounts",
    "chargers",
    "billing",
    "smartcharging",
    "cpms.drivers",
    "cpms.api",
    "cpms.dashboard",
    "cpms.ops",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cpms.ops.admin_policy.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "cpms.accounts.middleware.OrganisationMiddleware",
    "cpms.dashboard.middleware.MethodPage",
    "cpms.portal.languages.DriverLanguage",
    "cpms.portal.mishaps.DriverMethods",
    "cpms.portal.doors.DriverDoors",
]

ROOT_URLCONF = "cpms.urls"
ASGI_APPLICATION = "cpms.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["django.templatetags.static"],
        },
    }
]

DATABASES = {
    "default": env.database("DATABASE_URL")
    | {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {
                "min_size": 1,
                "max_size": env.integer("DATABASE_POOL", 16, 2, 500),
                "timeout": 2,
                # The pool's own pauses double while the database is away; whoever needs it next tries at once.
                "reconnect_timeout": 1,
            },
            # A query or lock that takes longer is a defect, not something to wait for.
            "options": "-c statement_timeout=5000 -c lock_timeout=2000",
            "connect_timeout": 3,
        },
    }
}
REDIS_URL = env.redis("REDIS_URL")
# Before every key and channel: installations that share a Redis must not wake each other's gateways.
REDIS_PREFIX = env.text("REDIS_PREFIX", "cpms")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Idle subscribers must not be dropped by redis-py's default socket timeout.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "prefix": REDIS_PREFIX},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = env.text("EMAIL_VERIFICATION", "optional")
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_ADAPTER = "cpms.portal.adapter.DriverAdapter"
MFA_ADAPTER = "cpms.portal.adapter.DriverMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Anybody may open an account; it belongs to no organisation until somebody invites it.
SIGNUP_OPEN = env.flag("SIGNUP_OPEN", True)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "cpms@localhost")

LANGUAGE_CODE = "en"
# Of the driver pages, each in its own words. Operators' pages are English.
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("nl", "Nederlands"),
    ("es", "Español"),
]
LOCALE_PATHS = [BASE_DIR / "cpms" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
FILES_ROOT = env.text("FILES_ROOT", str(BASE_DIR / "var" / "files"))
FIRMWARE_MAX_BYTES = env.integer("FIRMWARE_MAX_BYTES", 500 * 2**20, 1024, 2**40)
LOG_MAX_BYTES = env.integer("LOG_MAX_BYTES", 100 * 2**20, 1024, 2**40)
LOG_KEEP_DAYS = env.integer("LOG_KEEP_DAYS", 90, 1, 36_500)
# Where stations and people fetch and bring files: one-time links below this address.
TRANSFER_PUBLIC_URL = env.text(
    "TRANSFER_PUBLIC_URL", f"{OCPP_PUBLIC_URL.replace('ws', 'http', 1).removesuffix('/ocpp')}/transfer"
).rstrip("/")
# FTP for old units is off without it, e.g. ftp://files.example.com:2121
FTP_PUBLIC_URL = env.text("FTP_PUBLIC_URL", "").rstrip("/")
FTP_PASSIVE_PORTS = (
    env.integer("FTP_PASSIVE_FIRST_PORT", 60000, 1024, 65535),
    env.integer("FTP_PASSIVE_LAST_PORT", 60099, 1024, 65535),
)
FTP_PASSIVE_ADDRESS = env.text("FTP_PASSIVE_ADDRESS", "")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Firmware and logs: private, under no address of the site; see cpms.transfer.
    "files": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_ROOT}
        | {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Files go straight to the process that streams them.
        "form-action": [SELF, "{0.scheme}://{0.netloc}".format(urlsplit(TRANSFER_PUBLIC_URL))],
    },
}

API_REQUESTS_PER_MINUTE = env.integer("API_REQUESTS_PER_MINUTE", 6000, 1)
API_MAX_BODY_BYTES = env.integer("API_MAX_BODY_BYTES", 5 * 2**20, 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = API_MAX_BODY_BYTES

# What a new station must reach at least: 1 password, 2 password over TLS, 3 client certificate.
STATION_SECURITY_PROFILE = env.integer("STATION_SECURITY_PROFILE", 1, 1, 3)
# Only with this secret, and from these addresses, does the gateway believe what a proxy says of TLS.
OCPP_PROXY_SECRET = env.text("OCPP_PROXY_SECRET", "")
OCPP_PROXY_ADDRESSES = env.words(
    "OCPP_PROXY_ADDRESSES", "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
)
# Whether client certificates count although the list of revoked ones is out of date.
OCPP_STALE_CRL = env.flag("OCPP_STALE_CRL", False)

# The gateway. Seconds unless the name says otherwise.
OCPP = {
    "HEARTBEAT_INTERVAL": env.integer("OCPP_HEARTBEAT_INTERVAL", 300, 10, 86400),
    "CALL_TIMEOUT": env.integer("OCPP_CALL_TIMEOUT", 30, 1, 600),
    "PING_INTERVAL": env.integer("OCPP_PING_INTERVAL", 30, 0, 3600),
    "CLOSE_TIMEOUT": env.integer("OCPP_CLOSE_TIMEOUT", 2, 1, 60),
    "SEND_TIMEOUT": env.integer("OCPP_SEND_TIMEOUT", 10, 1, 600),
    "WATCHDOG": env.integer("OCPP_WATCHDOG", 15, 0, 600),
    "BOOT_BACKSTOP": env.integer("OCPP_BOOT_BACKSTOP", 30, 1, 600),
    "ACCEPT_RATE": env.integer("OCPP_ACCEPT_RATE", 400, 1),
    "DRAIN_RATE": env.integer("OCPP_DRAIN_RATE", 100, 1),
    "MESSAGE_RATE": env.integer("OCPP_MESSAGE_RATE", 100, 1),
    "MESSAGE_BURST": env.integer("OCPP_MESSAGE_BURST", 500, 1),
    "FLOOD_PATIENCE": env.integer("OCPP_FLOOD_PATIENCE", 60, 1),
    "START_TIMEOUT": env.integer("OCPP_START_TIMEOUT", 60, 5, 600),
    "QUEUE_HORIZON": env.integer("OCPP_QUEUE_HORIZON", 900, 10),
    "THREADS": env.integer("OCPP_THREADS", 8, 1, 64),
}
# Payments. Which provider takes new ones: stripe, or none. Settings for demo and tests know a fake one too.
PAYMENT_PROVIDER = env.choice("PAYMENT_PROVIDER", "", ("", "stripe"))
STRIPE = {
    "SECRET_KEY": env.text("STRIPE_SECRET_KEY", ""),
    "WEBHOOK_SECRET": env.text("STRIPE_WEBHOOK_SECRET", ""),
}
FAKE_PAYMENTS = ""
# What lives in the demo besides its chargers and drivers: coroutines that run until they are cancelled.
DEMO_LIFE = ["smartcharging.demo.building"]
# What is held before a session where its tariff does not say, in minor units of its currency.
PAYMENT_HOLD_MINOR = env.integer("PAYMENT_HOLD_MINOR", 5000, 1)
# How far the wallet of a driver who signed up may fall below zero while his session ends.
DRIVER_OVERSHOOT_MINOR = env.integer("DRIVER_OVERSHOOT_MINOR", 500, 0)
# A payer who does not finish a payment has so long.
PAYMENT_ACTION_MINUTES = env.integer("PAYMENT_ACTION_MINUTES", 15, 1, 1440)
RETENTION_MONTHS = {
    "message_log": env.integer("RETAIN_MESSAGES_MONTHS", 3, 1),
    "meter_values": env.integer("RETAIN_METER_VALUES_MONTHS", 24, 1),
}

UNFOLD = {"SITE_TITLE": "CPMS back office", "SITE_HEADER": "CPMS back office", "SITE_SYMBOL": "ev_station"}
