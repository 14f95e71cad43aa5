"""Is a simulated company the same for the same seed, alive as it should be, and equal to what its logs tell?"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes.company import (
    DEFAULT_END,
    REPORTING,
    SHAPES,
    TUNING,
    Plan,
    Scheme,
    Simulated,
    Simulation,
    simulated,
    sized,
    write,
)
from custodes.company.staff import TEAM
from custodes.company.touches import BY_CASE, LOGS, WHY, WITHOUT_CASE, Touches
from custodes.config import load
from custodes.errors import BadInput
from custodes.pipeline.context import snapshot
from custodes.pipeline.dated import newest
from custodes.pipeline.ingest import ingest
from custodes.pipeline.lock import only_writer
from custodes.pipeline.progress import Silent
from custodes.pipeline.workspace import create_or_open, prepare
from custodes.records.schema import SEALED_SCHEMA
from tests.company.simulating import everything, plan
from tests.demonstration import custodes

ALIVE = [name for name in SHAPES if name != "sample"]
SMALLEST = Plan(5, DEFAULT_END, sized(SHAPES["flat"], 80, events=12_000, days=40), SHAPES["flat"])
SCHEMES = tuple(
    map(
        Scheme.parse,
        ("watched_lookup", "seller_leak:cover=0.5", "card_reading", "review_removal", "api_enumeration:intensity=0.1",
         "leaver_export"),
    )
)  # fmt: skip


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_equal_seeds_give_equal_bytes(tmp_path: Path) -> None:
    """Two folders of one seed are the same, and another seed gives another company."""
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write(tmp_path / name, Simulation(Plan(seed, DEFAULT_END, SMALLEST.size, SMALLEST.shape), SCHEMES))
    first, second, other = (_digests(tmp_path / name) for name in "abc")
    assert first == second
    assert sum(other.get(name) == digest for name, digest in first.items()) <= 2


def test_blocks_do_not_change_who_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made in blocks of a few days, a company has as many events of each kind, in order, numbered without a gap."""
    whole = list(Simulation(plan(staff=80)).pieces())
    monkeypatch.setattr("custodes.company.simulation.BLOCK", 5_000)
    blocks = list(Simulation(plan(staff=80)).pieces())
    assert len(whole) == 1
    assert len(blocks) > 5
    learnt = [piece.touches.time + piece.touches.late for piece in blocks]
    assert all((np.diff(one) >= 0).all() for one in learnt)
    assert all(before[-1] <= after[0] for before, after in pairwise(learnt))
    for place in range(len(LOGS)):
        numbers = np.concatenate([piece.number[piece.log == place] for piece in blocks])
        assert (numbers == np.arange(1, len(numbers) + 1)).all()
    counts = [sum(len(piece.touches) for piece in pieces) for pieces in (whole, blocks)]
    assert abs(counts[0] - counts[1]) / counts[0] < 0.05


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulated, pa.Table, dict[str, pa.Table]]:
    """A company without logs, and what was sealed from its logs."""
    folder = tmp_path_factory.mktemp("simulated") / "company"
    done = write(folder, Simulation(SMALLEST, SCHEMES))
    config = load(folder / "custodes.toml")
    prepare(config)
    with only_writer(config.data):
        workspace = create_or_open(config, clock=lambda: DEFAULT_END + timedelta(days=1), by="user:test")
        try:
            outcome = ingest(workspace, Silent())
            _, skipped = snapshot(workspace, Silent())
            context = {name: one.table() for name, one in newest(workspace).items()}
            sealed = pa.concat_tables([pq.ParquetFile(file).read() for file in workspace.segments()])
            direct = simulated(SMALLEST, SCHEMES, tokeniser=workspace.tokeniser)
        finally:
            workspace.close()
    assert outcome.events == done.total
    assert outcome.quarantined == sum(done.broken.values())
    assert not skipped
    return direct, sealed, context


def test_what_is_simulated_equals_what_is_ingested(
    both: tuple[Simulated, pa.Table, dict[str, pa.Table]],
) -> None:
    """Every column of every event but when it was read and which leaf it became."""
    direct, sealed, _ = both
    columns = [name for name in sealed.column_names if name not in {"recorded", "leaf"}]

    def by_id(table: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
        return {(row["source"], row["event_id"]): row for row in table.select(columns).to_pylist()}

    assert by_id(direct.events) == by_id(sealed)
    assert direct.events.num_rows == sealed.num_rows
    assert direct.events.schema == sealed.cast(SEALED_SCHEMA).schema
    assert set(direct.events["source"].to_pylist()) == set(LOGS)


def test_context_equals_the_snapshots(both: tuple[Simulated, pa.Table, dict[str, pa.Table]]) -> None:
    """People, cases, parties, keys and subjects, tokens included."""
    direct, _, context = both
    assert set(direct.context) == set(context)
    for name, table in context.items():
        key = table.column_names[0]
        rows = [sorted(one.to_pylist(), key=lambda row: (row[key], str(row))) for one in (direct.context[name], table)]
        assert rows[0] == rows[1], name


def test_the_marks_beside_the_logs_are_the_campaigns(tmp_path: Path) -> None:
    """truth-touches.parquet names as many events of each campaign as truth.json counts."""
    write(tmp_path / "company", Simulation(SMALLEST, SCHEMES))
    marks = Counter(pq.read_table(tmp_path / "company" / "truth-touches.parquet")["campaign"].to_pylist())
    truth = json.loads((tmp_path / "company" / "truth.json").read_text())
    assert marks == {one["id"]: one["touches"] for one in truth["campaigns"]}


def _made(shape: str) -> tuple[Simulation, Touches]:
    simulation = Simulation(plan(shape))
    return simulation, Touches.join([piece.touches for piece in simulation.pieces()])


@pytest.mark.parametrize("shape", ALIVE)
def test_proportions_of_normal_life(shape: str) -> None:
    """85-95 % of the desk's touches come from cases, 3-8 % have none and are right; holidays, late lines, moves."""
    simulation, touches = _made(shape)
    staff, days = simulation.world.staff, simulation.plan.size.days
    log = np.array([LOGS.index("desk") == place for place in _logs(touches)])
    why = Counter(WHY[code] for code in touches.why[log].tolist())
    honest = why.total()
    assert 0.85 <= sum(why[name] for name in BY_CASE) / honest <= 0.955
    assert 0.03 <= sum(why[name] for name in WITHOUT_CASE) / honest <= 0.08
    assert 0.07 <= why["case_opened_later"] / honest <= 0.13
    assert 0.03 <= why["case_number_missing"] / honest <= 0.06
    day = (touches.time[log] - simulation.plan.start_ms) // 86_400_000
    daily = np.bincount(day, minlength=days)[7:]
    assert 2.4 <= np.sort(daily)[-3:].mean() / np.median(daily) <= 6
    late = touches.late[log]
    assert 0.01 <= (late > 0).mean() <= 0.06
    assert late.max() < 86_400_000
    moved = (np.diff(staff.team, axis=1) != 0).any(axis=1).sum()
    assert 0.012 <= moved / staff.count / days * 30 <= 0.03
    assert ((staff.joined >= 0) & ~staff.temp).sum() >= 4
    assert (staff.left < days).sum() >= 4
    assert staff.temp.sum() >= 2


def _logs(touches: Touches) -> list[int]:
    from custodes.company.simulation import WRITTEN_IN

    places: list[int] = WRITTEN_IN[touches.operation].tolist()
    return places


@pytest.mark.parametrize("shape", ALIVE)
def test_what_looks_wrong_and_is_not(shape: str) -> None:
    """Audits, bulk jobs, agencies, large sellers, shared addresses, famous customers: all there, all honest."""
    simulation, touches = _made(shape)
    world = simulation.world
    audit = touches.why == WHY.index("audit")
    by_actor = Counter(touches.actor[audit].tolist())
    assert max(by_actor.values()) > 50
    assert {int(world.staff.team[who, 0]) for who in by_actor} == {TEAM["audit"]}
    jobs = {world.book.actors.text(code) for code in np.unique(touches.actor[touches.why == WHY.index("job")]).tolist()}
    assert {"service:billing", "service:data-export", "service:mail-normaliser"} <= jobs
    held = Counter(world.keys.developer)
    assert max(count for holder, count in held.items() if holder.startswith("agency")) >= 10
    assert max(count for holder, count in held.items() if holder.startswith("own")) >= 4
    people_at = Counter(np.unique(np.stack([touches.address, touches.actor]), axis=1)[0].tolist())
    assert max(people_at.values()) > 20
    vip = np.isin(touches.subject, world.customers.ids[world.customers.vip])
    assert len(np.unique(touches.actor[vip])) > 15
    honey = np.isin(touches.subject, world.customers.ids[world.customers.honey])
    assert not (honey & (touches.actor < world.staff.count)).any()


def test_shapes_differ_and_are_kept_apart() -> None:
    """No shape is both tuned on and reported; three of each; and they differ where their events are."""
    assert len(TUNING) == len(REPORTING) == 3
    assert set(TUNING).isdisjoint(REPORTING)
    shares = []
    for name in (*TUNING, *REPORTING):
        _, touches = _made(name)
        shares.append(np.bincount(_logs(touches), minlength=len(LOGS)) / len(touches))
    distances = [abs(one - other).sum() for place, one in enumerate(shares) for other in shares[:place]]
    assert max(distances) > 0.8
    assert min(distances) > 0.005


@pytest.mark.parametrize(("staff", "events"), [(200, 20_000), (200, 400_000), (500, 300_000)])
def test_as_many_events_as_asked_for(staff: int, events: int) -> None:
    """To within a third."""
    shape = SHAPES["support_centre"]
    made = sum(len(piece.touches) for piece in Simulation(
        Plan(1, DEFAULT_END, sized(shape, staff, events=events), shape)).pieces())  # fmt: skip
    assert 0.67 < made / events < 1.34


def test_too_few_events_for_so_many_people_are_refused() -> None:
    """Signing in alone makes more."""
    with pytest.raises(BadInput, match="sign in"):
        sized(SHAPES["flat"], 50_000, events=10_000)
    with pytest.raises(BadInput, match="at least 80 staff"):
        sized(SHAPES["flat"], 10)


def test_campaigns_leave_ordinary_life_as_it_was() -> None:
    """With campaigns, there are the same honest touches as without, and the campaigns' on top."""
    calm, busy = Simulation(plan(staff=80)), Simulation(plan(staff=80), SCHEMES)
    (before,), (after,) = list(calm.pieces()), list(busy.pieces())
    honest = after.touches.rows(after.touches.campaign < 0)
    assert len(honest) == len(before.touches)
    assert (honest.time == before.touches.time).all()
    assert (honest.subject == before.touches.subject).all()


def test_the_engine_takes_what_is_simulated() -> None:
    """A question over events, context and data map is answered without any log."""
    from custodes.engine.duckdb import DuckEngine

    company = everything("default")
    with DuckEngine(company.events, company.context, company.fields) as engine:
        answer = engine.ask(
            "select count(*) as n from event e join subjects s on s.id = e.subject join people p on p.id = e.actor "
            "where s.watched = 'honey' and exists (select 1 from field f where f.dataset = e.dataset)"
        )
    assert answer["n"].to_pylist()[0] > 0


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    """JSON with counts, rate and campaigns; a folder in use, a wrong shape or campaign is refused with a hint."""
    answer = custodes(
        "simulate", tmp_path / "made", "--staff", "80", "--events", "12000", "--days", "40", "--shape", "flat",
        "--campaign", "watched_lookup:hard", "--end", "2025-12-01", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert answer.json["events"] == sum(answer.json["logs"].values())
    assert [one["stealth"] for one in answer.json["campaigns"]] == ["hard"]
    last = max(file.name for file in (tmp_path / "made" / "logs" / "desk").iterdir())
    assert datetime.strptime(last[5:15], "%Y-%m-%d").replace(tzinfo=UTC) < datetime(2025, 12, 1, tzinfo=UTC)
    for wrong in (("made",), ("x", "--shape", "round"), ("x", "--campaign", "none_such"), ("x", "--end", "soon")):
        refused = custodes("simulate", *wrong, cwd=tmp_path)
        assert refused.code == 2
        assert "hint:" in refused.err
    assert not (tmp_path / "x").exists()
