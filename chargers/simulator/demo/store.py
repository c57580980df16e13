"""What the demo has to remember in clear between starts: passwords, the API key, where the fleet left off."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from cpms.ops.local import write_private

SECRETS_FILE = "demo-fleet.json"
STATE_FILE = "demo-fleet-state.json"


@dataclass(slots=True)
class Secrets:
    """Kept in `var/demo-fleet.json`, readable by its owner only."""

    passwords: dict[str, str] = field(default_factory=dict)
    """By e-mail address and by station identity."""
    api_key: str = ""

    @classmethod
    def load(cls, folder: Path) -> "Secrets":
        """What was kept; nothing if there is no file. Raises ValueError when the file is damaged."""
        content = _read(folder / SECRETS_FILE)
        try:
            return cls(**content)
        except TypeError as error:
            raise ValueError(f"{folder / SECRETS_FILE} is damaged: delete it ({error})") from error

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(folder / SECRETS_FILE, json.dumps(asdict(self), indent=1))


def load_state(folder: Path) -> dict[str, Any]:
    """Where each station of the fleet left off, by identity; see `demo.resume`."""
    return _read(folder / STATE_FILE)


def save_state(folder: Path, state: dict[str, Any]) -> None:
    write_private(folder / STATE_FILE, json.dumps(state))


def default_folder() -> Path:
    return Path(os.environ.get("CPMS_VAR") or Path(settings.BASE_DIR) / "var")


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        content = json.loads(file.read_text())
    except ValueError as error:
        raise ValueError(f"{file} is damaged: delete it ({error})") from error
    if not isinstance(content, dict):
        raise ValueError(f"{file} is damaged: delete it (no JSON object)")
    return content
