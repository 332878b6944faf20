"""The scripts behind `make`: small, but a clinic leans on them."""

from types import SimpleNamespace

import pytest

from scripts import run_tests, upgrade


def runner(fails_at=None):
    """A stand-in for `subprocess.run` that remembers the steps and fails at one of them."""
    done = []

    def run(command, cwd):
        done.append(command[2] if "manage.py" in command[1] else command[-1])
        return SimpleNamespace(returncode=3 if done[-1] == fails_at else 0)

    return run, done


def test_an_upgrade_backs_up_and_verifies_before_anything_changes():
    run, done = runner()
    assert upgrade.main(run) == 0
    assert done == ["backup", "restore", "setup", "migrate", "verify_audit"]


@pytest.mark.parametrize(
    ("fails_at", "reached"), [("backup", 1), ("restore", 2), ("setup", 3), ("migrate", 4), ("verify_audit", 5)]
)
def test_an_upgrade_stops_at_the_first_error(fails_at, reached, capsys):
    run, done = runner(fails_at)
    assert upgrade.main(run) == 3
    assert len(done) == reached
    assert "nothing after this step was done" in capsys.readouterr().err


def test_a_part_that_cannot_run_is_told_and_fails_only_in_ci(monkeypatch, capsys):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(run_tests, "browser", lambda: None)
    monkeypatch.setattr(run_tests, "pytest", lambda *a, **k: True)
    for ci, code in ((False, 0), (True, 1)):
        monkeypatch.setattr(run_tests, "CI", ci)
        assert run_tests.main() == code
    told = capsys.readouterr().out
    assert "SKIPPED PostgreSQL" in told
    assert "SKIPPED Browser" in told


def test_a_failing_part_fails_the_whole(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://nowhere/x")
    monkeypatch.setattr(run_tests, "browser", lambda: None)
    monkeypatch.setattr(run_tests, "pytest", lambda title, *a, **k: title != "PostgreSQL")
    assert run_tests.main() == 1
