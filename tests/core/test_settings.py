"""Settings from the environment: every bad value is refused by the name of its variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cpms.ops.checks.steps import production
from cpms.ops.local import ROOT
from cpms.settings import base

SERVERS = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:5432/x", "REDIS_URL": "redis://127.0.0.1:6379/0"}


def load(changes: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a process of their own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    environment = kept | production() | SERVERS | {k: v for k, v in changes.items() if v is not None}
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
    program = (
        "from django.conf import settings; print(settings.REDIS_URL, settings.DATABASES['default']['NAME'])"
    )
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def test_good_values_load() -> None:
    answer = load({})
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == ["redis://127.0.0.1:6379/0", "x"]


BAD = [
    ("SECRET_KEY", None),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "a" * 60),
    ("SECRETS_KEYS", ""),
    ("STATION_KEY_PEPPER", None),
    ("ALLOWED_HOSTS", "*"),
    ("DATABASE_URL", None),
    ("DATABASE_URL", "sqlite:///x.db"),
    ("DATABASE_URL", "postgresql://u:p@host/"),
    ("DATABASE_URL", "postgresql://u:p@host:many/x"),
    ("REDIS_URL", "http://host"),
    ("OCPP_HEARTBEAT_INTERVAL", "often"),
    ("OCPP_HEARTBEAT_INTERVAL", "1"),
    ("DATABASE_POOL", "-3"),
    ("SIGNUP_OPEN", "perhaps"),
    ("SECRET_KEY_FILE", "/nowhere/secret"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused_by_name(name: str, value: str | None) -> None:
    answer = load({name: value})
    assert answer.returncode != 0
    last = answer.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name.removesuffix("_FILE") in last


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://u:p%40ss@127.0.0.1/from_file\n")
    answer = load({"DATABASE_URL_FILE": str(file)})
    assert answer.stdout.split()[-1] == "from_file", answer.stderr


def test_people_get_argon2_in_production() -> None:
    """Seen failing with the hasher of the test settings."""
    assert base.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
