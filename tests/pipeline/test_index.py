"""Does an index answer as the segments do, and can one that was altered hide a touch?"""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from custodes.errors import LedgerBroken
from custodes.events import pack
from custodes.events.pack import Covered, Pack
from custodes.ledger.tree import leaf_hashes
from custodes.pipeline import index
from custodes.pipeline.evidence import index_leaf
from custodes.pipeline.index import held, make_index
from custodes.pipeline.progress import Silent
from custodes.pipeline.prune import prune
from custodes.pipeline.received import count
from custodes.pipeline.verify import verify
from custodes.pipeline.who import who
from custodes.pipeline.workspace import Workspace
from custodes.records.answer import Answer, By, Question
from custodes.records.schema import SEALED_SCHEMA
from tests.pipeline import workspaces
from tests.pipeline.workspaces import DESK, Place, a_line, a_place

MAPPED = 'party = "seller:{seller}"\nclient = "device"\nbehalf = "seller:{behalf}"\n'
START = datetime(2026, 2, 2, tzinfo=UTC)
LOOKS = itertools.count()
MOMENT = timedelta(minutes=7, seconds=3)


MADE = Path()


@pytest.fixture(scope="module", autouse=True)
def _place_to_make(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each workspace is made once, and copied."""
    global MADE  # noqa: PLW0603 - so that the builder needs no argument
    MADE = tmp_path_factory.mktemp("made")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are worth an index, and of few rows is a part."""
    monkeypatch.setattr(index, "_ROWS", 60)
    monkeypatch.setattr(index, "_MOST_ROWS", 150)
    monkeypatch.setattr(pack, "ROWS", 8)


def a_log(first: int, last: int) -> str:
    """Some 206 records a day; every seventh by a key, and every fifth for a seller."""
    lines = []
    for number in range(first, last):
        more: dict[str, object] = {"seller": f"s{number % 11}"} if number % 5 == 0 else {}
        if number % 7 == 0:
            more |= {"device": f"k{number % 3}", "behalf": f"s{number % 4}"}
        at = (START + number * MOMENT).isoformat()
        lines.append(a_line(number, id=f"n{number}", at=at, user=f"e{number % 23}", customer=f"c{number % 50}", **more))
    return "".join(lines)


def a_desk(folder: Path, count: int = 864) -> Place:
    """Days with an index of two segments and more, and a day at the end that is not worth one."""
    made = MADE / f"{count} {index._ROWS}"
    if not made.exists():
        made.mkdir()
        _made(made, count)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    (folder / "custodes-data/ledger/home").unlink()  # it may sign
    return Place(folder)


def _made(folder: Path, count: int) -> None:
    place = a_place(folder, DESK + MAPPED)
    for first, last in ((0, 150), (150, count - 40), (count - 40, count)):
        with (folder / "desk.jsonl").open("a") as log:
            log.write(a_log(first, last).replace("n300", "x300"))
        place.ingest()


def ask(place: Place, by: By, name: str, **more: object) -> Answer:
    with place.opened() as workspace:
        # The clock stands still: no two receipts may be the same.
        return who(workspace, Question(by, name, **more), look=str(next(LOOKS)))  # type: ignore[arg-type]  # a test's own words


def problems(place: Place) -> tuple[str, ...]:
    return verify(place.folder / "custodes-data", Silent()).problems


def packs(place: Place) -> list[Path]:
    return sorted((place.folder / "custodes-data/index").rglob("*.pack"))


ASKED: list[tuple[By, str]] = [
    ("subject", "c7"),
    ("actor", "e7"),
    ("actor", "staff:e22"),
    ("actor", "nobody"),
    ("key", "k2"),
    ("party", "seller:s5"),
    ("party", "s3"),
    ("dataset", "shop.main.customers"),
]
WINDOWS: list[dict[str, object]] = [
    {},
    {"since": START + timedelta(days=1), "until": START + timedelta(days=2)},
    {"since": START + timedelta(hours=5, minutes=11), "until": START + timedelta(days=2, hours=3, minutes=1)},
    {"since": START + timedelta(days=2, hours=1)},
    {"until": START + timedelta(hours=1, minutes=7, seconds=3)},
]


@pytest.mark.parametrize("window", WINDOWS)
def test_an_index_answers_as_the_segments_do(
    tmp_path: Path, window: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same touches, in the same order, and the same coverage, also where a window cuts a day."""
    place = a_desk(tmp_path)
    assert problems(place) == ()
    with place.opened() as workspace:
        known = held(workspace)
    assert len(known.packs) >= 4
    assert known.rest
    with_index = [ask(place, by, name, **window) for by, name in ASKED]
    monkeypatch.setattr(index, "INDEX", "none")
    whole = [ask(place, by, name, **window) for by, name in ASKED]
    assert with_index == whole
    assert any(answer.touches for answer in whole)


def test_a_second_look_makes_no_more(tmp_path: Path) -> None:
    """What has an index gets no other one; what came later to an old day gets its own when it is worth it."""
    place = a_desk(tmp_path)
    before = packs(place)
    with place.opened() as workspace:
        assert make_index(workspace, Silent()) == 0
    late = "".join(a_line(number, id=f"late{number}", at=START.isoformat(), user="e7") for number in range(60))
    (tmp_path / "desk-late.jsonl").write_text(late)
    place.ingest()
    assert len(packs(place)) == len(before) + 1
    assert problems(place) == ()
    assert len(ask(place, "actor", "e7").touches) == len([n for n in range(864) if n % 23 == 7]) + 60


def _byte(at: float) -> Callable[[Path, Path], None]:
    def alter(file: Path, _: Path) -> None:
        data = bytearray(file.read_bytes())
        data[int(len(data) * at)] ^= 1
        file.write_bytes(data)

    return alter


def _cut(file: Path, _: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def _gone(file: Path, _: Path) -> None:
    file.unlink()


def _swapped(file: Path, other: Path) -> None:
    shutil.copy(other, file)


def _empty(file: Path, _: Path) -> None:
    file.write_bytes(b"")


ALTERED = [_byte(0.0), _byte(0.02), _byte(0.3), _byte(0.6), _byte(0.9), _byte(0.999999), _cut, _gone, _swapped, _empty]


@pytest.mark.parametrize("alter", ALTERED)
def test_an_altered_index_hides_nothing(tmp_path: Path, alter: Callable[[Path, Path], None]) -> None:
    """Its segments are read instead, the answer names it, and so does verification. Parts nobody reads may wait."""
    place = a_desk(tmp_path)
    right = {name: ask(place, "actor", name) for name in ("e0", "e7", "e22")}
    file, other = packs(place)[0], packs(place)[-1]
    alter(file, other)
    told = False
    for name, before in right.items():
        answer = ask(place, "actor", name)
        assert answer.touches == before.touches
        assert answer.coverage == before.coverage
        told = told or any(file.name in one.dataset for one in answer.uncovered)
    assert told or alter in ALTERED[1:5]
    assert [problem for problem in problems(place) if file.name in problem]


def test_an_altered_index_with_its_tile_hides_nothing(tmp_path: Path) -> None:
    """A tile is a file in the same folder: who alters an index alters its leaf there, too, but not the signed root."""
    place = a_desk(tmp_path)
    before = ask(place, "actor", "e7")
    with place.opened() as workspace:
        seal = next(seal for seal in workspace.seals.list() if seal.path.startswith("index/"))
    file = place.folder / "custodes-data" / seal.path
    opened = Pack(file)
    opened.open()
    rows = pa.concat_tables([part.cast(SEALED_SCHEMA) for part in opened.parts()])
    data = pack.write(rows.filter(pc.not_equal(rows.column("actor"), "staff:e7")), opened.counted(), opened.covers)
    file.write_bytes(data)
    tile = place.folder / "custodes-data/ledger/tile/0/000"
    hashes = bytearray(tile.read_bytes())
    hashes[seal.first * 32 : seal.first * 32 + 32] = leaf_hashes([index_leaf(pack.digest_of(data))])
    tile.write_bytes(hashes)
    answer = ask(place, "actor", "e7")
    assert answer.touches == before.touches
    assert any(file.name in one.dataset for one in answer.uncovered)


def _sealed_falsely(workspace: Workspace, change: Callable[[dict[str, object]], object]) -> str:
    """An index that somebody with our key seals over the first segment, with one thing false."""
    seal = next(seal for seal in workspace.seals.list() if seal.path.startswith("events/"))
    rows = pack.read_segment(workspace.data / seal.path)
    made: dict[str, object] = {"rows": rows, "counted": count(rows), "count": rows.num_rows, "day": seal.path[:21]}
    change(made)
    data = pack.write(made["rows"], made["counted"], [Covered(seal.sha256, seal.first, int(str(made["count"])))])
    with workspace.ledger.begin() as batch:
        folder = str(made["day"]).replace("events", "index")
        name = batch.add(folder, index.SUFFIX, data, [index_leaf(pack.digest_of(data))])
        batch.commit(workspaces.NOW)
    return name


FALSE: dict[str, Callable[[dict[str, object]], object]] = {
    "holds 149 of the 150": lambda made: made.update(rows=made["rows"].slice(1)),  # type: ignore[attr-defined]
    "not the event that was sealed": lambda made: made.update(
        rows=made["rows"].set_column(  # type: ignore[attr-defined]
            3,
            "actor",
            made["rows"].column("actor").cast("string").take([0] * made["rows"].num_rows),  # type: ignore[attr-defined]
        )
    ),
    "what it counted": lambda made: made.update(counted=made["counted"].slice(1)),  # type: ignore[attr-defined]
    "not sealed so": lambda made: made.update(count=7),
    "of another day": lambda made: made.update(day="events/day=2026-02-09"),
}


@pytest.mark.parametrize("what", list(FALSE))
def test_verification_finds_what_was_sealed_falsely(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index is made again: that its leaf is in the tree is not enough."""
    monkeypatch.setattr(index, "_ROWS", 10_000)
    place = a_desk(tmp_path, 205)
    with place.opened() as workspace:
        name = _sealed_falsely(workspace, FALSE[what])
    (problem,) = problems(place)
    assert name in problem
    assert what in problem


def test_an_honest_one_made_the_same_way_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the tests above find what is false, and nothing else."""
    monkeypatch.setattr(index, "_ROWS", 10_000)
    place = a_desk(tmp_path, 205)
    with place.opened() as workspace:
        _sealed_falsely(workspace, lambda _: None)
    assert problems(place) == ()


def test_no_index_is_made_of_an_altered_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would go on hiding what was altered when the segment has long been restored."""
    monkeypatch.setattr(index, "_ROWS", 10_000)
    place = a_desk(tmp_path)
    monkeypatch.setattr(index, "_ROWS", 60)
    file = min((tmp_path / "custodes-data/events").rglob("*.parquet"))
    _byte(0.4)(file, file)
    with place.opened() as workspace, pytest.raises(LedgerBroken, match="altered"):
        make_index(workspace, Silent())


def test_a_segment_in_the_folder_of_another_day_is_found(tmp_path: Path) -> None:
    """A question about a day opens that day's folder only: verification holds the folders to the rows."""
    place = a_desk(tmp_path)
    file = min((tmp_path / "custodes-data/events").rglob("*.parquet"))
    moved = file.parent.parent / "day=2026-02-20" / file.name
    moved.parent.mkdir()
    file.rename(moved)
    with sqlite3.connect(tmp_path / "custodes-data/state.db") as state:
        paths = [one.relative_to(tmp_path / "custodes-data").as_posix() for one in (moved, file)]
        state.execute("update seal set path = ? where path = ?", paths)
    assert any(paths[0] in problem for problem in problems(place))


def test_what_is_pruned_is_pruned_there_too(tmp_path: Path) -> None:
    """An index holds the same events: it goes with them, and the rest answers on."""
    place = a_desk(tmp_path)
    with place.opened() as workspace:
        told = prune(workspace, (START + timedelta(days=2)).date(), sure=True)
        assert [path.partition("/")[0] for path in told.files] == sorted(
            (path.partition("/")[0] for path in told.files), reverse=True
        )
    assert {file.parent.name for file in packs(place)} == {"day=2026-02-04", "day=2026-02-05"}
    assert problems(place) == ()
    answer = ask(place, "actor", "e7")
    assert min(touch.event.time for touch in answer.touches) >= START + timedelta(days=2)
    assert answer.uncovered == ()


def test_a_segment_that_is_missing_is_not_silently_left_out(tmp_path: Path) -> None:
    """Where no index holds its rows, the answer is refused; where one does, it answers for them."""
    place = a_desk(tmp_path)
    before = ask(place, "actor", "e7").touches
    with place.opened() as workspace:
        known = held(workspace)
        indexed = workspace.data / known.segments_of(next(iter(known.packs)))[0].path
    indexed.unlink()
    assert ask(place, "actor", "e7").touches == before
    with pytest.raises(LedgerBroken):
        ask(place, "subject", "c7")
    assert any(indexed.name in problem for problem in problems(place))


def test_a_receipt_that_was_not_sealed_removes_nothing(tmp_path: Path) -> None:
    """Who adds a line to a file of receipts, that evidence was pruned, and removes it, has hidden nothing."""
    place = a_desk(tmp_path)
    before = ask(place, "actor", "e7").touches
    with place.opened() as workspace:
        known = held(workspace)
        seal = known.segments_of(next(iter(known.packs)))[0]
        receipts = next(one for one in workspace.seals.list() if one.path.startswith("ledger/receipts/"))
    forged = {"kind": "prune", "detail": {"path": seal.path, "sha256": seal.sha256}}
    with (place.folder / "custodes-data" / receipts.path).open("a") as file:
        file.write(json.dumps(forged) + "\n")
    (place.folder / "custodes-data" / seal.path).unlink()
    assert ask(place, "actor", "e7").touches == before
    with pytest.raises(LedgerBroken):
        ask(place, "subject", "c7")
    with place.opened() as workspace:
        assert place.folder / "custodes-data" / seal.path in workspace.segments()
    assert any(receipts.path in problem for problem in problems(place))
    assert any(seal.path in problem for problem in problems(place))


def test_a_pack_is_read_in_few_parts(tmp_path: Path) -> None:
    """An actor lies in one part or two of each; a name that is nowhere in none."""
    place = a_desk(tmp_path)
    with place.opened() as workspace:
        for opened in held(workspace).packs.values():
            assert opened.directory.num_rows > 3
            assert len(opened.holding("actor", ["staff:e7"])) <= 3
            assert opened.holding("client", ["k-none"]) == []


def test_bytes_that_are_no_pack_are_refused(tmp_path: Path) -> None:
    """Whatever they are."""
    for data in (b"", b"CUSTPAK1", b"\xff" * 8 + b"CUSTPAK1", bytes(64) + (32).to_bytes(8, "big") + b"CUSTPAK1"):
        (tmp_path / "x.pack").write_bytes(data)
        with pytest.raises(pack.PackDamaged):
            Pack(tmp_path / "x.pack").open()


def _a_pack(file: Path, part: bytes, **place: object) -> Pack:
    """A pack of one part and what was counted, whose directory says this of the part."""
    told = {
        "offset": 0,
        "length": len(part),
        "digest": hashlib.sha256(part).digest(),
        "rows": 1,
        "low": "a",
        "high": "b",
    }
    places = [told | place, told]
    schema = pack.DIRECTORY.with_metadata({"pack": '{"covers": []}'})
    directory = pack._stream(pa.Table.from_pylist(places, schema=schema))
    file.write_bytes(part + directory + len(directory).to_bytes(8, "big") + pack.MAGIC)
    opened = Pack(file)
    opened.open()
    return opened


@pytest.mark.parametrize(
    "place",
    [{"offset": -1}, {"length": -1}, {"length": 1 << 60}, {"offset": 1 << 62, "length": 1 << 62}, {"offset": 1}],
)
def test_parts_that_lie_elsewhere_are_refused(tmp_path: Path, place: dict[str, object]) -> None:
    """Before anything is read, or memory is taken for it."""
    part = pack._stream(pa.table({"actor": ["a"]}))
    assert [one.num_rows for one in _a_pack(tmp_path / "x.pack", part).parts()] == [1]
    with pytest.raises(pack.PackDamaged):
        list(_a_pack(tmp_path / "x.pack", part, **place).parts())


def test_words_that_lie_elsewhere_are_refused(tmp_path: Path) -> None:
    """Arrow would follow them out of its memory."""
    wrong = pa.DictionaryArray.from_arrays(pa.array([1 << 30], pa.int32()), pa.array(["a"]), safe=False)
    with pytest.raises(pack.PackDamaged):
        list(_a_pack(tmp_path / "x.pack", pack._stream(pa.table({"actor": wrong}))).parts())
