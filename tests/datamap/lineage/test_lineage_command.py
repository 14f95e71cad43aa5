"""Does the command answer as its page says?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "schemas" / "lineage.json"


def ran(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "custodes", "lineage", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_json_has_the_published_shape(tmp_path: Path) -> None:
    """Edges and gaps in one object; gaps make the exit code 3."""
    script = tmp_path / "jobs.sql"
    script.write_text("insert into t select email from people; select broken from (")
    schema = tmp_path / "schema.json"
    schema.write_text('{"s.t": ["mail"], "s.people": ["id", "email"]}')
    answer = ran(script, "--dialect", "postgres", "--schema", schema, "--default-schema", "s", "--json")
    assert answer.returncode == 3
    told = json.loads(answer.stdout)
    published = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(published)
    Draft202012Validator(published).validate(told)
    assert told["edges"] == [
        {"file": str(script), "statement": 1, "source": "s.people.email", "target": "s.t.mail", "kind": "direct"}
    ]
    assert [gap["statement"] for gap in told["uncovered"]] == [2]
    assert answer.stderr == ""


def test_a_bare_select_goes_to_nobody_in_particular(tmp_path: Path) -> None:
    """Its target has no table; without gaps the exit code is 0."""
    script = tmp_path / "a.sql"
    script.write_text("select email from people")
    answer = ran(script)
    assert (answer.returncode, answer.stdout.splitlines()[0]) == (0, f"{script}:1  people.email -> .email")


def test_sql_never_reaches_stderr(tmp_path: Path) -> None:
    """The parser's own log repeats statements that it cannot parse: they may hold people's data."""
    script = tmp_path / "a.sql"
    script.write_text("grant x to 'jane.roe@example.com'; alter table t frobnicate 'jane.roe@example.com' (;")
    answer = ran(script, "--dialect", "mysql")
    assert "jane" not in answer.stderr + answer.stdout


def test_bad_input_is_refused(tmp_path: Path) -> None:
    """An unknown dialect or a missing file is a usage error."""
    assert ran(tmp_path / "none.sql").returncode == 2
    assert ran(tmp_path, "--dialect", "klingon").returncode == 2


def test_a_folder_without_sql_is_not_clean(tmp_path: Path) -> None:
    """Nothing was traced, so nothing is known: 3, in words."""
    (tmp_path / "notes.md").write_text("nothing")
    answer = ran(tmp_path)
    assert answer.returncode == 3
    assert answer.stdout.startswith(f"uncovered: {tmp_path}  the folder holds no SQL script")
