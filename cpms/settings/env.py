"""Typed reading of environment variables, loud on bad values.

`NAME_FILE` may hold the path of a file with the value, as container secrets do; it wins over `NAME`.
Errors: `django.core.exceptions.ImproperlyConfigured`, always naming the variable.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()


def text(name: str, default: str | None = None) -> str:
    """The value of `name` (or of the file `NAME_FILE` points to); without a default it must be there."""
    path = _env.str(f"{name}_FILE", default="")
    if path:
        return _read_secret(f"{name}_FILE", path)
    value = _env.str(name, default=default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set; see .env.example")
    return str(value)


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: cannot read {path}: {error.strerror}") from None


def flag(name: str, default: bool) -> bool:
    """A yes/no value: 1, true, yes, on or 0, false, no, off."""
    value = text(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def integer(name: str, default: int, low: int = 0, high: int = 2**31) -> int:
    """A whole number between `low` and `high`."""
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
    if not low <= number <= high:
        raise ImproperlyConfigured(f"{name} must lie between {low} and {high}, not {number}")
    return number


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of some words; an empty one among them means none."""
    value = text(name, default).strip().lower()
    if value not in allowed:
        known = ", ".join(word for word in allowed if word)
        raise ImproperlyConfigured(f"{name} must be one of: {known}; not {value!r}")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks stripped, empty parts dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database(name: str) -> dict[str, object]:
    """Django's connection settings from a `postgresql://user:password@host:port/name` URL."""
    url = urlsplit(text(name))
    if url.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must start with postgresql:// (PostgreSQL is the only database)")
    if not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} names no database")
    try:
        port = url.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is no number from 0 to 65535") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(port or ""),
    }


def redis(name: str) -> str:
    """A `redis://` or `rediss://` URL, or a `unix://` socket."""
    url = text(name)
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{name} must start with redis://, rediss:// or unix://")
    return url
