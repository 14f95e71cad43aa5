"""Is each change of a verdict kept, and nothing but changes?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from custodes.records import Examined, Field
from custodes.state.database import Database
from custodes.state.history import History

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAIL = Field("shop", "main.customers", "email", "email", 0.97, 97, 100, ("for: it fits",))


def a_table(*verdicts: Field) -> list[Examined]:
    return [Examined("shop", "main.customers", "table", 3, 100, 100, verdicts=verdicts)]


def test_a_verdict_is_told_changed_gone_and_told_again(tmp_path: Path) -> None:
    """The newest first; a table that merely grew leaves no row."""
    history = History(Database.open(tmp_path / "state.db"))
    day = timedelta(days=1)
    assert history.note(a_table(MAIL), NOW) == 1
    assert history.note(a_table(replace(MAIL, matched=970, scanned=1000, confidence=0.9701)), NOW + day) == 0
    assert history.note(a_table(replace(MAIL, confidence=0.8, matched=80)), NOW + 2 * day) == 1
    assert history.note(a_table(), NOW + 3 * day) == 1
    assert history.note(a_table(), NOW + 4 * day) == 0
    assert history.note(a_table(MAIL), NOW + 5 * day) == 1
    told = history.of("shop", "main.customers", "email")
    assert [(one.turn, one.confidence) for one in told] == [
        ("told", 0.97), ("gone", 0.0), ("changed", 0.8), ("told", 0.97),
    ]  # fmt: skip
    assert told[2].time == NOW + 2 * day
    assert history.of("shop", "main.customers", "name") == ()
