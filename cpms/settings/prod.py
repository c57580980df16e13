"""Production: behind the proxy with TLS, every secret from the environment, loud on weak ones."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403

if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:  # noqa: F405
    raise ImproperlyConfigured("SECRET_KEY must be at least 50 random characters")
if "*" in ALLOWED_HOSTS:  # noqa: F405
    raise ImproperlyConfigured('ALLOWED_HOSTS must name the hosts; "*" is refused')
if not SECRETS_KEYS:  # noqa: F405
    raise ImproperlyConfigured("SECRETS_KEYS is not set; see .env.example")

if PAYMENT_PROVIDER == "stripe" and not (STRIPE["SECRET_KEY"] and STRIPE["WEBHOOK_SECRET"]):  # noqa: F405
    raise ImproperlyConfigured("PAYMENT_PROVIDER=stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET")

# Outside of a private network a password is only as good as the encryption around it.
STATION_SECURITY_PROFILE = env.integer("STATION_SECURITY_PROFILE", 2, 1, 3)  # noqa: F405
if not OCPP_PROXY_SECRET and STATION_SECURITY_PROFILE > 1 and env.flag("BEHIND_PROXY", False):  # noqa: F405
    raise ImproperlyConfigured("OCPP_PROXY_SECRET is not set: without it no TLS of the proxy is believed")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# The container's own health check and the proxy speak plain HTTP to these.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
