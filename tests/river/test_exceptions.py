"""Do the commands say what is known and allowed, and to whom what was told?"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.demonstration import custodes
from tests.pipeline.night import written
from tests.river.test_schemas import holds

Tiny = Callable[..., Path]
LATER = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"


def at_night(tiny: Tiny, extra: str) -> Path:
    """Twenty looks at night, each with a case, which one detection of the owner's finds."""
    lines = [
        json.dumps({"id": f"r{n}", "at": f"2026-03-02T02:{n:02}:00Z", "user": "e1", "customer": n})
        for n in range(1, 21)
    ]
    folder = tiny(lines=lines, extra=extra)
    file = folder / "custodes.toml"
    file.write_text('detections = "detections"\n' + file.read_text())
    (folder / "detections").mkdir()
    (folder / "detections/night_export.yml").write_text(written(action="read"))
    assert custodes("ingest", cwd=folder).code in {0, 3}
    return folder


def test_what_is_found_is_told_allowed_and_back(tiny: Tiny) -> None:
    """One course of commands: found, told to a file, excepted, exported, withdrawn."""
    folder = at_night(tiny, '[[notices]]\nname = "lines"\nkind = "ocsf"\npath = "told.jsonl"\n')
    found = custodes("detect", "--json", cwd=folder)
    assert found.code == 1
    (finding,) = found.json["findings"]
    assert (finding["check"], finding["actors"], finding["excepted"]) == ("night_export", ["staff:e1"], [])

    said = custodes("notify", "--json", cwd=folder)
    (target,) = said.json["targets"]
    assert target["made"] == len([one for one in found.json["incidents"] if one["shown"]])
    assert (said.code, target["waiting"]) == (0, 0)

    asked = ("exceptions", "add", "night_export", "--why", "a drill", "--until", LATER)
    refused = custodes(*asked, cwd=folder)
    assert refused.code == 2
    assert "--every-finding" in refused.err
    done = custodes(*asked, "--actor", "staff:e1", cwd=folder)
    assert done.code == 0, done.err
    assert "it covers 1 finding of the last run" in done.out
    again = custodes("detect", "--json", cwd=folder)
    holds("detect", again.json)
    assert (again.json["incidents"], again.json["changes"]) == ([], ["exception E-1 is new"])
    assert again.json["findings"][0]["excepted"][0]["why"] == "a drill"
    assert again.code != 1
    assert f"excepted by E-1 until {LATER} (a drill)" in custodes("detect", cwd=folder).out
    (listed,) = custodes("exceptions", "list", "--json", cwd=folder).json["exceptions"]
    assert (listed["state"], listed["covers"], listed["findings"]) == ("in force", 1, [finding["id"]])
    (line,) = custodes("export", "findings", cwd=folder).out.splitlines()
    assert json.loads(line)["status"] == "Suppressed"

    assert custodes("exceptions", "withdraw", "E-1", "--why", "it is over", cwd=folder).code == 0
    assert "asked again: exception E-1 is withdrawn" in custodes("detect", cwd=folder).out


def test_nobody_to_tell_is_said(tiny: Tiny) -> None:
    folder = tiny()
    custodes("ingest", cwd=folder)
    refused = custodes("notify", cwd=folder)
    assert (refused.code, "nobody is to be told" in refused.err) == (2, True)


def test_a_target_that_fails_is_named_and_ends_with_three(tiny: Tiny) -> None:
    folder = at_night(tiny, '[[notices]]\nname = "team"\nkind = "webhook"\nurl_env = "NO_SUCH_VARIABLE"\n')
    custodes("detect", cwd=folder)
    answer = custodes("notify", cwd=folder)
    assert answer.code == 3
    assert "1 to team: the environment variable NO_SUCH_VARIABLE is not set" in answer.err
