"""`make reset`: the one command that deletes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cpms.ops.local import ROOT
from cpms.ops.services.record import reserve
from cpms.ops.supervisor import preflight


@pytest.fixture
def var(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    reserve(folder)
    (folder / "demo.json").write_text("{}")
    return folder


def reset(var: Path, answer: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cpms.ops.reset"]
    env = {**os.environ, "CPMS_VAR": str(var), **environment}
    return subprocess.run(command, cwd=ROOT, env=env, input=answer, capture_output=True, text=True)


@pytest.mark.parametrize("answer", ["", "\n", "no\n", "y\n"])
def test_only_a_full_yes_deletes(var: Path, answer: str) -> None:
    assert reset(var, answer).returncode == 1
    assert (var / "demo.json").exists()


def test_yes_deletes_everything(var: Path) -> None:
    result = reset(var, "yes\n")
    assert result.returncode == 0, result.stderr
    assert not var.exists()


def test_a_running_product_is_not_deleted(var: Path) -> None:
    with preflight.only_one(var):
        result = reset(var, CONFIRM="yes")
    assert result.returncode == 1
    assert "already running" in result.stderr
    assert (var / "demo.json").exists()


def test_nothing_to_forget_is_no_error(tmp_path: Path) -> None:
    assert reset(tmp_path / "never").returncode == 0
