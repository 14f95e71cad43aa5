"""Which detections does a command about them mean?"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from custodes.cli import commands
from custodes.errors import BadInput, ConfigError
from tests.detections.test_catalogue import GOOD


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and one detection of the owner's."""
    (tmp_path / "custodes.toml").write_text('name = "made up"\ndetections = "own"\n')
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.yml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.app, ["detections", "test", *arguments])


@pytest.mark.usefixtures("asked")
def test_only_the_named_ones_are_tried() -> None:
    answer = run("mine")
    assert answer.exit_code == 0
    assert answer.output == "ok   mine (2 scenarios)\n1 detection, 0 problems\n"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("name", "said", "hint"),
    [
        ("mein", 'no detection "mein"', 'did you mean "mine"?'),
        ("zzzzzzzz", 'no detection "zzzzzzzz"', "detections list"),
        ("sigma.x", "has no scenarios", "detections sigma"),
    ],
)
def test_a_name_that_is_none_is_told(name: str, said: str, hint: str) -> None:
    """Nothing is tried: a typing error must not look like a detection that holds."""
    answer = run("mine", name)
    assert isinstance(answer.exception, BadInput)
    assert said in str(answer.exception)
    assert hint in (answer.exception.hint or "")
    assert "ok" not in answer.output


@pytest.mark.usefixtures("asked")
def test_the_owners_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes one waits for theirs, not for all of ours."""
    from custodes.detections import scenario

    monkeypatch.setattr(scenario, "check", lambda _: [])
    lines = run().output.splitlines()
    assert lines[0] == "ok   mine (2 scenarios)"
    assert len(lines) > 10


@pytest.mark.usefixtures("asked")
def test_without_the_parser_of_sigma_the_next_step_is_to_install_it(
    asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in [name for name in sys.modules if name == "custodes.sigma.folder" or name.split(".")[0] == "sigma"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sigma", None)
    (asked / "rules").mkdir()
    answer = CliRunner().invoke(commands.app, ["detections", "sigma", "rules"])
    assert answer.exception is not None
    assert getattr(answer.exception, "hint", "") == 'pip install "custodes[sigma]"'


def test_a_configuration_that_is_wrong_is_told_not_passed_over(asked: Path) -> None:
    """Without it the owner's detections seem not to be there."""
    (asked / "custodes.toml").write_text('detections = "own"\n')
    answer = run("mine")
    assert isinstance(answer.exception, ConfigError)
    assert "name" in answer.exception.where


def test_a_scenario_that_does_not_fire_says_what_was_asked(asked: Path) -> None:
    """How much there was to find something in, and what to do next."""
    (asked / "own" / "mine.yml").write_text(GOOD.replace("from event", "from event where false", 1))
    answer = run("mine")
    assert answer.exit_code == 1
    assert "returns no row for its" in answer.output
