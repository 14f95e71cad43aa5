"""Is what is known and allowed kept out of incidents while that holds, told all the while, and back when it is over?"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import BadInput
from custodes.pipeline import exemptions
from custodes.pipeline.detect import DetectOutcome
from custodes.pipeline.receipts import sealed_receipts
from custodes.records import Exemption, Finding, Scope
from custodes.records.exemption import LIMITS
from tests.pipeline.night import Night

CHECK = "night_export"
E1 = Scope(CHECK, actors=("staff:e1",))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Night(tmp_path_factory.mktemp("night"))
    place.export("e1", "e2")
    assert actors(place.detect()) == [["staff:e1"], ["staff:e2"]]
    return place.folder


@pytest.fixture
def night(made: Path, tmp_path: Path) -> Night:
    """A copy: to make a workspace takes seconds."""
    return Night.copied(made, tmp_path / "night")


def actors(outcome: DetectOutcome) -> list[list[str]]:
    return sorted(list(one.actors) for one in outcome.incidents)


def allow(
    place: Night, scope: Scope = E1, *, days: int = 30, why: str = "a restore drill", every: bool = False
) -> Exemption:
    with place.opened() as workspace:
        return exemptions.add(workspace, scope, why, place.day(days), every=every)


def test_an_excepted_finding_is_kept_and_told_and_is_in_no_incident(night: Night) -> None:
    one = allow(night)
    outcome = night.detect()
    assert (outcome.ran, outcome.changes) == (True, ("exception E-1 is new",))
    assert actors(outcome) == [["staff:e2"]]
    assert len(outcome.findings) == 2
    (covered,) = outcome.excepted
    assert outcome.excepted[covered] == (one,)
    assert [each.actors for each in outcome.open] == [("staff:e2",)]
    assert not night.detect().ran


def test_it_comes_back_by_itself_when_the_exception_ends(night: Night) -> None:
    allow(night, days=30)
    night.detect()
    night.later(days=29, hours=23)
    assert not night.detect().ran
    night.later(hours=1)
    outcome = night.detect()
    assert (outcome.ran, outcome.changes, outcome.excepted) == (True, ("exception E-1 has ended",), {})
    assert actors(outcome) == [["staff:e1"], ["staff:e2"]]


def test_it_comes_back_under_its_own_name_when_the_exception_is_withdrawn(night: Night) -> None:
    """The case that people worked on goes on."""
    before = {one.id for one in night.detect().incidents}
    allow(night)
    night.detect()
    with night.opened() as workspace:
        exemptions.withdraw(workspace, "E-1", "the drill is over")
        (told,) = exemptions.listed(workspace, ())
    assert (told.state, told.withdrawn and told.withdrawn.why) == ("withdrawn", "the drill is over")
    outcome = night.detect()
    assert outcome.changes == ("exception E-1 is withdrawn",)
    assert {one.id for one in outcome.incidents} == before
    with night.opened() as workspace, pytest.raises(BadInput, match="no exception"):
        exemptions.withdraw(workspace, "E-1", "again")


def test_all_exceptions_that_cover_a_finding_are_named_and_each_must_end(night: Night) -> None:
    allow(night)
    allow(night, Scope(CHECK), every=True, days=60)
    outcome = night.detect()
    assert sorted([each.id for each in by] for by in outcome.excepted.values()) == [["E-1", "E-2"], ["E-2"]]
    night.later(days=31)
    outcome = night.detect()
    assert outcome.incidents == ()
    assert [[each.id for each in by] for by in outcome.excepted.values()] == [["E-2"], ["E-2"]]


def test_a_finding_about_somebody_else_too_is_not_covered(tmp_path: Path) -> None:
    """Else whoever shares a deed with somebody who is allowed would be hidden behind them."""
    place = Night(tmp_path, everybody=True)
    place.export("e1", "e2")
    place.detect()
    allow(place)
    assert place.detect().excepted == {}
    allow(place, Scope(CHECK, actors=("staff:e1", "staff:e2", "staff:e3")))
    assert len(place.detect().excepted) == 1
    place.export("e4", day=3)
    outcome = place.detect()
    assert (outcome.excepted, actors(outcome)) == ({}, [["staff:e1", "staff:e2", "staff:e4"]])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scope": Scope("night_exprt", actors=("staff:e1",))}, 'no detection or check "night_exprt"'),
        ({"scope": Scope(CHECK)}, "every finding of night_export"),
        ({"every": True}, "limited, and asked for every finding too"),
        ({"scope": Scope(CHECK, actors=("",))}, "blank"),
        ({"scope": Scope(CHECK, actors=tuple(f"staff:e{n}" for n in range(1001)))}, "too many"),
        ({"why": " "}, "needs a reason"),
        ({"why": "x" * 501}, "too long"),
        ({"why": "asked by someone@example.com"}, "email"),
        ({"scope": Scope(CHECK, actors=("someone@example.com",))}, "email"),
        ({"scope": Scope("sigma.someone@example.com", actors=("staff:e1",))}, "email"),
        ({"scope": Scope("sigma." + "x" * 201, actors=("staff:e1",))}, "no name of a Sigma rule"),
        ({"scope": Scope("sigma.", actors=("staff:e1",))}, "no name of a Sigma rule"),
        ({"scope": Scope("sigma.a\nb", actors=("staff:e1",))}, "no name of a Sigma rule"),
        ({"days": 0}, "ended already"),
        ({"days": 367}, "for too long"),
    ],
)
def test_what_is_refused_seals_nothing(night: Night, change: dict[str, object], words: str) -> None:
    with night.opened() as workspace:
        before = workspace.ledger.size
    with pytest.raises(BadInput, match=words) as refused:
        allow(night, **change)  # type: ignore[arg-type]  # a table of arguments
    assert refused.value.hint
    assert "someone@example.com" not in str(refused.value)
    with night.opened() as workspace:
        assert workspace.ledger.size == before
        assert workspace.exemptions.all() == ()


def test_an_exception_is_told_with_how_many_findings_it_covers(night: Night) -> None:
    allow(night)
    allow(night, Scope(CHECK, actors=("staff:e9",)))
    with night.opened() as workspace:
        told = exemptions.listed(workspace, workspace.judgements.findings())
    assert [(one.exemption.id, one.state, len(one.covers)) for one in told] == [
        ("E-1", "in force", 1),
        ("E-2", "in force", 0),
    ]


def _sql(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with sqlite3.connect(folder / "custodes-data/state.db") as state:
            assert state.execute(text).rowcount > 0
        state.close()

    return change


@pytest.mark.parametrize(
    "change",
    [
        _sql("update exemption set body = replace(body, 'staff:e1', 'staff:e2')"),
        _sql("update exemption set body = replace(body, '2026-04-09', '2027-04-09')"),
        _sql("delete from exemption"),
        lambda folder: max(
            (folder / "custodes-data/ledger/receipts").glob("*.jsonl"), key=lambda one: one.stat().st_mtime_ns
        ).write_text("{}\n"),
    ],
    ids=["another scope", "a later end", "gone from the state", "a receipt that was altered"],
)
def test_what_the_ledger_does_not_prove_keeps_nothing_back_and_is_told(
    night: Night, change: Callable[[Path], None]
) -> None:
    allow(night)
    assert night.detect().excepted
    change(night.folder)
    outcome = night.detect()
    assert (outcome.ran, outcome.excepted, len(outcome.incidents)) == (True, {}, 2)
    assert any("exception" in gap.reason for gap in outcome.skipped)


def _withdrawn_and_hidden(folder: Path, room: str, line: bytes | None) -> None:
    """Take the last seal for one of another room, or its file for a receipt of another kind; forget the withdrawal."""
    data = folder / "custodes-data"
    with sqlite3.connect(data / "state.db") as state:
        state.execute("delete from exemption where body like '%withdrawn%'")
        ((path, first),) = state.execute("select path, first from seal order by first desc limit 1").fetchall()
        if line is None:
            other = f"{room}/{path.rpartition('/')[2]}"
            state.execute("update seal set path = ? where first = ?", (other, first))
        else:
            (data / path).write_bytes(line)
            digest = hashlib.sha256(line).hexdigest()
            state.execute("update seal set sha256 = ? where first = ?", (digest, first))
    state.close()


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("ledger/receiptz", None),
        ("context/people", None),
        ("index/day=2026-03-02", None),
        ("events/day=2026-03-02", None),
        ("", b'{"by":"user:test","detail":{},"kind":"view","time":"2026-03-10T00:00:00Z"}\n'),
        ("", b""),
        ("", b"\n\n"),
    ],
)
def test_a_withdrawal_that_is_hidden_revives_nothing(night: Night, room: str, line: bytes | None) -> None:
    allow(night)
    with night.opened() as workspace:
        exemptions.withdraw(workspace, "E-1", "the drill is over")
        assert exemptions.in_force(workspace) == ()
        assert exemptions.unproven(workspace) == []
    _withdrawn_and_hidden(night.folder, room, line)
    with night.opened() as workspace:
        assert exemptions.in_force(workspace) == ()
        assert sealed_receipts(workspace, "ruling") is None
        assert "receipt cannot be read" in exemptions.unproven(workspace)[0].reason


def test_one_put_into_the_state_without_a_receipt_does_not_hold(night: Night) -> None:
    made = allow(night)
    with night.opened() as workspace:
        workspace.exemptions.add(replace(made, id="E-7", scope=Scope(CHECK, actors=("staff:e2",))))
    outcome = night.detect()
    assert actors(outcome) == [["staff:e2"]]
    assert any("E-7 has no receipt" in gap.reason for gap in outcome.skipped)


def test_a_crash_between_receipt_and_state_leaves_nothing_in_force_and_no_number_twice(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    with night.opened() as workspace:
        monkeypatch.setattr(workspace.exemptions, "add", lambda _one: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            exemptions.add(workspace, E1, "a restore drill", night.day(30))
        assert exemptions.in_force(workspace) == ()
        assert "E-1 is sealed, but not in the state" in exemptions.unproven(workspace)[0].reason
    assert allow(night).id == "E-2"


names = st.sets(st.sampled_from(["a", "b", "c.d", "c.d.e", "c.de"]), max_size=3).map(lambda found: tuple(sorted(found)))
scopes = st.builds(Scope, st.just(CHECK), names, names, names, names, names)


@given(scopes, scopes)
def test_whatever_is_outside_of_a_scope_is_seen(scope: Scope, has: Scope) -> None:
    """A finding that names anything a limited part does not name is never covered, nor one that names nothing there."""
    finding = Finding(
        id="F-1",
        check=CHECK,
        title="made up",
        severity=3,
        confidence=0.5,
        actors=has.actors,
        parties=has.parties,
        clients=has.clients,
        keys=has.keys,
        subjects=1,
        first=None,
        last=None,
        raised=datetime(2026, 3, 1, tzinfo=UTC),
        reason="",
        evidence=(),
        touches=1,
        tip="",
        blind_spots=(),
        datasets=has.datasets,
    )
    outside = False
    for part in LIMITS:
        allowed, there = getattr(scope, part), getattr(finding, part)
        if allowed and part == "datasets":
            outside |= not there or any(not any(f"{one}.".startswith(f"{name}.") for name in allowed) for one in there)
        elif allowed:
            outside |= not there or not set(there) <= set(allowed)
    assert scope.covers(finding) is not outside
    assert not replace(scope, check="other").covers(finding)
    if scope.actors:  # somebody whom the finding cannot name is none of those who are allowed
        assert not scope.covers(replace(finding, unnamed=True))
    else:
        assert scope.covers(replace(finding, unnamed=True)) is not outside


def test_the_longest_is_a_year_whatever_the_year(night: Night) -> None:
    with night.opened() as workspace:
        exemptions.add(workspace, E1, "a leap year", night.now + timedelta(days=366))
