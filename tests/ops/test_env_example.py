"""The example environment names every setting, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


# Read by the programs that start the processes, not by the settings.
STARTING = {
    *("BEHIND_PROXY", "HOST", "PORT", "OCPP_PORT", "EMPTY", "CPMS_SERVICES", "CPMS_VAR"),
    *("OCPP_TLS_CERT", "OCPP_TLS_KEY", "OCPP_TLS_CLIENT_CA"),
}


def test_env_example_names_exactly_the_variables_that_are_read() -> None:
    source = "".join(file.read_text() for file in (ROOT / "cpms/settings").glob("*.py"))
    read = set(re.findall(r'env\.(?:text|flag|integer|choice|words|database|redis)\(\s*"([A-Z_]+)"', source))
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    named = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == (read - {"TEST_DB_NAME", "DEBUG"}) | asked | STARTING
