"""Is every byte of the evidence still what was sealed and signed?"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from custodes.errors import LedgerBroken
from custodes.ledger import fsck
from custodes.ledger.checkpoint import Checkpoint
from custodes.ledger.log import Ledger
from custodes.ledger.note import generate_key, load_key
from tests.ledger.world import MemorySeals, World, leaves_of, segment, some_leaves


@pytest.fixture
def ledger(world: World) -> Ledger:
    """1,000 leaves in four segments, three full tiles, several partial ones."""
    ledger = world.create()
    world.seal(ledger, some_leaves(100), some_leaves(500, 100))
    world.seal(ledger, some_leaves(380, 600))
    with ledger.begin() as batch:
        leaves = some_leaves(20, 980)
        batch.add("ledger/receipts", ".jsonl", segment(leaves), leaves)
        batch.commit(world.now())
    world.leaves += leaves
    assert len([name for name in world.files() if "/tile/" in name]) == 7
    return ledger


def blamed(world: World, ledger: Ledger) -> set[str]:
    return {problem.file for problem in world.verify(ledger).problems}


def test_an_untouched_log_is_clean(world: World, ledger: Ledger) -> None:
    """No problem, everything counted, progress told."""
    told: list[tuple[int, int]] = []
    report = fsck.verify(
        world.data, world.seals, ledger.verifier, leaves_of, lambda done, total: told.append((done, total))
    )
    assert report.clean
    assert (report.size, report.root, report.segments, report.leaves) == (1000, ledger.root, 4, 1000)
    assert told[-1] == (1000, 1000)


def turned(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


CHANGES: dict[str, Callable[[bytes], bytes | None]] = {
    "first byte": lambda data: turned(data, 0),
    "a byte in the middle": lambda data: turned(data, len(data) // 2),
    "another byte": lambda data: turned(data, len(data) * 7 // 9),
    "last byte": lambda data: turned(data, len(data) - 1),
    "cut by one byte": lambda data: data[:-1],
    "cut in half": lambda data: data[: len(data) // 2],
    "emptied": lambda data: b"",
    "one byte more": lambda data: data + b"\0",
    "written twice": lambda data: data + data,
    "deleted": lambda data: None,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_changed_file_is_named_and_no_other(
    world: World, ledger: Ledger, change: Callable[[bytes], bytes | None]
) -> None:
    """Every segment, tile and checkpoint, one at a time: exactly the changed file is blamed."""
    for name, data in world.files().items():
        after = change(data)
        if after is None:
            (world.data / name).unlink()
        else:
            (world.data / name).write_bytes(after)
        assert blamed(world, ledger) == {name}
        (world.data / name).write_bytes(data)
    world.check(ledger)


def test_every_byte_of_small_files_counts(world: World, ledger: Ledger) -> None:
    """Byte by byte through the checkpoint, the top tile and the receipts."""
    for name, data in world.files().items():
        if name == "ledger/checkpoint" or "tile/1/" in name or "receipts" in name:
            for at in range(0, len(data), 1 if len(data) < 300 else 7):
                (world.data / name).write_bytes(turned(data, at))
                assert blamed(world, ledger) == {name}
            (world.data / name).write_bytes(data)


def test_several_changes_are_all_told(world: World, ledger: Ledger) -> None:
    """A segment, the tile that covers it, another tile and a stray at once."""
    names = ["ledger/tile/0/001", "ledger/tile/1/000.p/3", next(n for n in world.files() if "day=2026-03-02" in n)]
    for name in names:
        (world.data / name).write_bytes(turned((world.data / name).read_bytes(), 40))
    (world.data / "events" / "stray.rows").write_bytes(b"x")
    assert blamed(world, ledger) >= {*names, "events/stray.rows"}


def test_an_older_version_in_place_of_a_newer_is_named(world: World) -> None:
    """Going back to an earlier checkpoint, partial tile or segment is seen, each by its name."""
    ledger = world.create()
    world.seal(ledger, some_leaves(40))
    older = world.files()
    world.seal(ledger, some_leaves(60, 40))
    newer = world.files()
    pairs = {
        "ledger/checkpoint": "ledger/checkpoint",
        "ledger/tile/0/000.p/100": "ledger/tile/0/000.p/40",
        world.seals.seals[1].path: world.seals.seals[0].path,
    }
    for new, old in pairs.items():
        (world.data / new).write_bytes(older[old])
        assert blamed(world, ledger) == {new}
        (world.data / new).write_bytes(newer[new])
    world.check(ledger)


def test_a_segment_replaced_with_its_name_and_seal_is_named(world: World, ledger: Ledger) -> None:
    """Whoever can write files and state, but not sign, is found out by the tree, and only the segment is blamed."""
    seal = world.seals.seals[1]
    forged = segment([*some_leaves(499, 100), b"a kinder row"])
    digest = hashlib.sha256(forged).hexdigest()
    path = f"{seal.path.rpartition('/')[0]}/{digest}.rows"
    (world.data / seal.path).unlink()
    (world.data / path).write_bytes(forged)
    world.seals.seals[1] = replace(seal, path=path, sha256=digest)
    assert blamed(world, ledger) == {path}


def test_history_rewritten_with_all_tiles_is_caught_by_the_signature(world: World, ledger: Ledger) -> None:
    """A whole other log in place of this one does not have the signed root, or is not signed by the key."""
    other = World(world.folder / "other")
    shutil.copytree(world.key_file.parent, other.key_file.parent)
    forged = other.create()
    other.seal(forged, some_leaves(100), [*some_leaves(499, 100), b"a kinder row"])
    other.seal(forged, some_leaves(400, 600))
    checkpoint = (world.data / "ledger/checkpoint").read_bytes()
    note = Checkpoint(ledger.origin, 1000, forged.root).signed(generate_key(ledger.origin))
    for signed in (checkpoint, note):
        (other.data / "ledger/checkpoint").write_bytes(signed)
        assert blamed(other, ledger) == {"ledger/checkpoint"}


def test_seals_that_lie_are_named(world: World, ledger: Ledger) -> None:
    """A seal removed, moved, shortened, lengthened or pointed elsewhere is seen."""
    good = list(world.seals.seals)
    lies = {
        "removed": [good[0], good[2], good[3]],
        "last removed": good[:3],
        "moved": [good[0], replace(good[1], first=99), *good[2:]],
        "shortened": [good[0], replace(good[1], count=499), *good[2:]],
        "lengthened": [good[0], replace(good[1], count=501), *good[2:]],
        "renamed": [replace(good[0], sha256="0" * 64), *good[1:]],
        "elsewhere": [replace(good[0], path="../keys/ledger.key"), *good[1:]],
        "all removed": [],
    }
    for what, seals in lies.items():
        world.seals.seals = seals
        assert blamed(world, ledger), what
    world.seals.seals = good
    world.check(ledger)


def test_strays_among_the_evidence_are_named(world: World, ledger: Ledger) -> None:
    """A file nobody sealed would be read as evidence; a file among the tiles belongs to no tree."""
    for name in (
        "events/new/x.rows",
        "ledger/tile/0/004",
        "ledger/tile/0/000.tmp",
        "ledger/tile/2/000.p/1",
        "ledger/x",
    ):
        file = world.data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 32)
        assert blamed(world, ledger) == {name}
        file.unlink()


def test_strays_are_seen_in_folders_no_seal_names(world: World) -> None:
    """The caller says which folders hold nothing but evidence."""
    ledger = world.create()
    (world.data / "events").mkdir()
    (world.data / "events" / "x.rows").write_bytes(b"x")
    assert blamed(world, ledger) == {"events/x.rows"}


def test_a_decoder_that_fails_is_a_problem_without_its_message(world: World, ledger: Ledger) -> None:
    """A decoder's own words could hold a person's value."""

    def failing(path: Path) -> Iterable[bytes]:
        yield from list(leaves_of(path))[:7]
        raise ValueError("dana@example.com")

    report = fsck.verify(world.data, world.seals, ledger.verifier, failing)
    assert {problem.file for problem in report.problems} == {seal.path for seal in world.seals.seals}
    assert {problem.what for problem in report.problems} == {"cannot be decoded (ValueError)"}


def test_a_decoder_that_finds_other_leaves_is_a_problem(world: World, ledger: Ledger) -> None:
    """Fewer, more or other leaves than sealed: the segments are blamed, the tiles are not."""
    paths = {seal.path for seal in world.seals.seals}
    for wrong in (
        lambda path: list(leaves_of(path))[:-1],
        lambda path: [*leaves_of(path), b"x"],
        lambda path: [leaf + b"x" for leaf in leaves_of(path)],
    ):
        report = fsck.verify(world.data, world.seals, ledger.verifier, wrong)
        assert {problem.file for problem in report.problems} == paths


# Restoring an older state: what a start says.


def test_seals_behind_the_checkpoint_are_refused(world: World) -> None:
    """The state database of yesterday with the ledger of today: signing on would fork the log."""
    ledger = world.create()
    world.seal(ledger, some_leaves(300))
    world.seals, today = world.seals.copy(), world.seals
    yesterday = world.seals.copy()
    world.seal(ledger := world.open(), some_leaves(10, 300))
    today, world.seals = world.seals, yesterday
    before = world.files()
    with pytest.raises(LedgerBroken, match="older state was restored") as refused:
        world.open()
    assert "one moment" in refused.value.hint
    assert world.files() == before
    world.seals = today
    world.check(world.open())


def test_an_older_ledger_folder_is_refused(world: World) -> None:
    """The ledger folder of yesterday with the state of today: its tiles do not reach."""
    ledger = world.create()
    world.seal(ledger, some_leaves(300))
    shutil.copytree(world.data / "ledger", world.folder / "backup")
    world.seal(ledger, some_leaves(10, 300))
    shutil.rmtree(world.data / "ledger")
    shutil.copytree(world.folder / "backup", world.data / "ledger")
    with pytest.raises(LedgerBroken, match="tile is missing"):
        world.open()


def test_older_state_and_checkpoint_are_betrayed_by_the_tiles(world: World) -> None:
    """State and checkpoint of yesterday, tiles of today: tiles beyond the head that no unfinished batch explains."""
    for more in (10, 212, 300):
        one = World(world.folder / str(more))
        ledger = one.create()
        one.seal(ledger, some_leaves(300))
        seals, checkpoint = one.seals.copy(), (one.data / "ledger/checkpoint").read_bytes()
        one.seal(ledger, some_leaves(more, 300))
        one.seals = seals
        (one.data / "ledger/checkpoint").write_bytes(checkpoint)
        with pytest.raises(LedgerBroken, match="reaches beyond"):
            one.open()


def test_a_checkpoint_behind_the_seals_is_signed_anew_only_if_the_tiles_agree(world: World) -> None:
    """As after a crash between seals and checkpoint: verified first, then signed going forward."""
    ledger = world.create()
    world.seal(ledger, some_leaves(30))
    checkpoint = (world.data / "ledger/checkpoint").read_bytes()
    world.seal(ledger, some_leaves(300, 30))
    (world.data / "ledger/checkpoint").write_bytes(checkpoint)
    tile = world.data / "ledger/tile/0/001.p/74"
    good = tile.read_bytes()
    tile.write_bytes(turned(good, 5))
    with pytest.raises(LedgerBroken, match="do not lead to the sealed root"):
        world.open()
    assert (world.data / "ledger/checkpoint").read_bytes() == checkpoint
    tile.write_bytes(good)
    world.check(world.open())


def test_a_checkpoint_of_another_history_is_refused(world: World) -> None:
    """Signed by our key, but not extended by our tiles: someone signed elsewhere with a copy of the key."""
    ledger = world.create()
    world.seal(ledger, some_leaves(30))
    signer = load_key(world.key_file)
    for size in (20, 30):
        note = Checkpoint(ledger.origin, size, bytes(32)).signed(signer)
        (world.data / "ledger/checkpoint").write_bytes(note)
        with pytest.raises(LedgerBroken, match="do not extend the signed checkpoint"):
            world.open()


def test_seals_with_a_gap_are_refused_at_start(world: World, ledger: Ledger) -> None:
    """A start does not build on a story with a page missing."""
    del world.seals.seals[1]
    with pytest.raises(LedgerBroken, match="do not follow one another"):
        world.open()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"first": 0, "size": 1}',
        '{"first": 0, "size": "many", "files": []}',
        '{"first": 0, "size": 1, "files": ["../../etc/passwd"]}',
        '{"first": 0, "size": 1, "files": ["keys/ledger.key"]}',
    ],
)
def test_a_foreign_intent_removes_nothing(world: World, ledger: Ledger, text: str) -> None:
    """The intent decides what a start removes: one the ledger cannot have written is refused."""
    before = world.files()
    (world.data / "ledger/pending/intent").write_text(text)
    with pytest.raises(LedgerBroken, match="intent"):
        world.open()
    assert world.files() == before


def test_an_intent_never_removes_what_is_sealed(world: World, ledger: Ledger) -> None:
    """Even if it names sealed files and tiles."""
    before = world.files()
    layout = type(world)(world.folder).data
    (layout / "ledger/pending").mkdir(exist_ok=True)
    text = {"first": 0, "size": 1000, "files": [seal.path for seal in world.seals.seals]}
    (layout / "ledger/pending/intent").write_text(json.dumps(text))
    world.check(world.open())
    assert world.files() == before


def test_an_empty_state_beside_a_ledger_is_refused(world: World, ledger: Ledger) -> None:
    """A new state database must not begin the log again."""
    world.seals = MemorySeals()
    with pytest.raises(LedgerBroken, match="the seals end at leaf 0"):
        world.open()


@pytest.mark.parametrize("checkpoint", ["there", "missing"])
def test_seals_that_claim_more_than_there_can_be_are_named(world: World, ledger: Ledger, checkpoint: str) -> None:
    """A size that no tile on disk could hold is laid to the seals, and is not walked through leaf by leaf."""
    last, head = world.seals.seals[-1], world.seals.last
    assert head is not None
    world.seals.seals[-1] = replace(last, count=2**62)
    world.seals.last = replace(head, size=last.first + 2**62)
    expected = {"state.db"}
    if checkpoint == "missing":
        (world.data / "ledger/checkpoint").unlink()
        expected.add("ledger/checkpoint")
    report = world.verify(ledger)
    found = {problem.file for problem in report.problems}
    assert report.size < 2**20
    assert found == expected if checkpoint == "there" else found >= expected


def test_a_link_in_the_place_of_a_segment_is_named(world: World, ledger: Ledger, tmp_path: Path) -> None:
    """A segment that lies elsewhere can be exchanged out of our sight, so a link to the right bytes is wrong too."""
    name = next(name for name in world.files() if name.startswith("events/"))
    elsewhere = tmp_path / "elsewhere"
    (world.data / name).rename(elsewhere)
    (world.data / name).symlink_to(elsewhere)
    assert [(problem.file, "link" in problem.what) for problem in world.verify(ledger).problems] == [(name, True)]


@pytest.mark.parametrize("folder", ["events", "events/day=2026-03-01", "ledger/tile", "ledger/tile/0"])
def test_a_link_in_the_place_of_a_folder_is_named(world: World, ledger: Ledger, tmp_path: Path, folder: str) -> None:
    """A folder that lies elsewhere is named, and so is every segment and tile that would be reached through it."""
    segments = {seal.path for seal in world.seals.seals if seal.path.startswith(f"{folder}/")}
    elsewhere = tmp_path / "elsewhere"
    (world.data / folder).rename(elsewhere)
    (world.data / folder).symlink_to(elsewhere)
    found = blamed(world, ledger)
    assert found >= {folder, *segments}
    assert all(file == folder or file.startswith(f"{folder}/") for file in found)


def test_what_is_no_file_is_named_and_not_waited_for(world: World, ledger: Ledger) -> None:
    """A pipe in the place of a segment would keep a reader waiting for ever."""
    name = next(name for name in world.files() if name.startswith("events/"))
    (world.data / name).unlink()
    os.mkfifo(world.data / name)
    assert blamed(world, ledger) == {name}
