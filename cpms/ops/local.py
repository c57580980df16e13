"""The environment of an installation in one folder: private servers and random secrets under `var/`.

`make run` gives it to every process it starts, and `manage.py` takes it for the development settings, so
that a command typed in a second terminal talks to the servers of the running product.
"""

import base64
import json
import os
import secrets
from pathlib import Path

from .services.record import reserve

ROOT = Path(__file__).resolve().parents[2]
# Everything this installation stores; another folder is another installation.
VAR = Path(os.environ.get("CPMS_VAR") or ROOT / "var").resolve()


def local_environment(var: Path = VAR) -> dict[str, str]:
    """DATABASE_URL, REDIS_URL and the secrets of this installation; made on the first call."""
    return reserve(var).environment | _secrets(var / "secrets.json")


def load_local_environment(var: Path = VAR) -> None:
    """Fills what the environment lacks, unless it names a database or production settings itself."""
    development = os.environ.get("DJANGO_SETTINGS_MODULE") == "cpms.settings.dev"
    if development and not os.environ.get("DATABASE_URL"):
        for name, value in local_environment(var).items():
            os.environ.setdefault(name, value)


def _secrets(file: Path) -> dict[str, str]:
    if not file.exists():
        _write_secrets(file)
    values: dict[str, str] = json.loads(file.read_text())
    return values


def _write_secrets(file: Path) -> None:
    values = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "STATION_KEY_PEPPER": secrets.token_urlsafe(32),
        "SECRETS_KEYS": "local:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_private(file, json.dumps(values))


def write_private(file: Path, text: str) -> None:
    """Replaces `file` by one that only its owner may read (0600)."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as output:
        output.write(text)
    unfinished.rename(file)
