"""The plan of processes and addresses, as data."""

from pathlib import Path

import pytest

from cpms.ops.supervisor.plan import Addresses, Product, child_environment, processes


def plan(addresses: Addresses | None = None, *, demo: bool = False) -> Product:
    return Product(Path("/"), Path("/var"), addresses or Addresses(), {}, demo)


def names(*, demo: bool) -> list[str]:
    return [spec.name for spec in processes(plan(demo=demo), {})]


def test_the_fleet_belongs_to_the_demo_only() -> None:
    assert names(demo=True) == ["web", "gateway", "worker", "balance", "fleet"]
    assert names(demo=False) == ["web", "gateway", "worker", "balance"]


def test_every_process_knows_its_own_name() -> None:
    for spec in processes(plan(demo=True), {"A": "1"}):
        assert dict(spec.environment) == {"A": "1", "CPMS_PROCESS": spec.name}
        assert spec.log == Path("/var/log") / f"{spec.name}.log"


def test_only_servers_are_asked_whether_they_answer() -> None:
    specs = processes(plan(Addresses(port=8101, ocpp_port=8102), demo=True), {})
    assert {spec.name: spec.health for spec in specs if spec.health} == {
        "web": "http://127.0.0.1:8101/healthz",
        "gateway": "http://127.0.0.1:8102/healthz",
    }


def test_the_web_server_takes_a_reconnect_storm() -> None:
    web = processes(plan(Addresses(port=8101)), {})[0]
    assert "tcp:port=8101:interface=127.0.0.1:backlog=4096" in web.command


def test_an_ipv6_host_is_bracketed_in_addresses_and_escaped_in_the_endpoint() -> None:
    addresses = Addresses(host="::1", port=8101)
    web = processes(plan(addresses), {})[0]
    assert addresses.web == "http://[::1]:8101"
    assert r"tcp:port=8101:interface=\:\:1:backlog=4096" in web.command


def test_a_wildcard_host_is_asked_on_loopback_and_answers_to_every_name() -> None:
    addresses = Addresses(host="0.0.0.0")
    assert addresses.health(8000) == "http://127.0.0.1:8000/healthz"
    assert addresses.allowed_hosts == "*"
    assert "0.0.0.0" not in addresses.web


def test_a_named_host_is_the_only_one_allowed_beside_loopback() -> None:
    assert "192.168.1.5" in Addresses(host="192.168.1.5").allowed_hosts.split(",")
    assert "*" not in Addresses(host="192.168.1.5").allowed_hosts


def test_what_the_caller_has_set_wins_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://charge.example.com")
    monkeypatch.delenv("OCPP_PUBLIC_URL", raising=False)
    environment = child_environment(Addresses(ocpp_port=8102), {"SECRET_KEY": "local"})
    assert environment["PUBLIC_URL"] == "https://charge.example.com"
    assert environment["OCPP_PUBLIC_URL"] == "ws://127.0.0.1:8102/ocpp"
