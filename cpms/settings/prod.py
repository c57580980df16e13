"""Production: behind the proxy with TLS, every secret from the environment, loud on weak ones."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403

if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:  # noqa: F405
    raise ImproperlyConfigured("SECRET_KEY must be at least 50 random characters")
if "*" in ALLOWED_HOSTS:  # noqa: F405
    raise ImproperlyConfigured('ALLOWED_HOSTS must name the hosts; "*" is refused')
if not SECRETS_KEYS:  # noqa: F405
    raise ImproperlyConfigured("SECRETS_KEYS is not set; see .env.example")

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
