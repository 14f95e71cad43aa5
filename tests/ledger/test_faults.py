"""What if the disk fails, fills up, or the process dies, at every single step of a batch?"""

from __future__ import annotations

import errno
import random
from collections.abc import Iterator

import pytest

from custodes.errors import CouldNotRun, CustodesError
from custodes.ledger import staging
from custodes.ledger.durable import Disk, DiskFailed, DiskFull
from custodes.ledger.log import Ledger
from tests.ledger.world import Died, FaultyDisk, ForgetfulDisk, World, segment, some_leaves

GROUPS = (some_leaves(5, 250), some_leaves(260, 255))  # fills a tile that was partial, begins another


@pytest.fixture(autouse=True, params=[64, 1], ids=["each file synced", "all synced at once"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are synced one by one, many with their file system: every promise holds for both."""
    monkeypatch.setattr(Disk, "many", request.param)
    monkeypatch.setattr(staging, "syncs_as_one", lambda _: True)


def a_world(folder: World, number: int) -> tuple[World, Ledger]:
    world = World(folder.folder / str(number), disk=FaultyDisk)
    ledger = world.create()
    world.seal(ledger, some_leaves(100))
    world.seal(ledger, some_leaves(150, 100))
    return world, ledger


def one_batch(world: World, ledger: Ledger) -> None:
    """Seal GROUPS; what is sealed without being acknowledged is for `settle` to find out."""
    with ledger.begin() as batch:
        for group in GROUPS:
            batch.add("events/new", ".rows", segment(group), group)
        batch.commit(world.now())
    world.leaves += [leaf for group in GROUPS for leaf in group]


def outcome(world: World, ledger: Ledger) -> CouldNotRun | None:
    """How a batch ended."""
    try:
        one_batch(world, ledger)
    except CouldNotRun as error:
        return error
    return None


def settle(world: World, *, acknowledged: bool) -> None:
    """Open with a good disk: all of the batch or none of it, everything provable, and the log goes on."""
    before = len(world.leaves)
    ledger = world.open()
    expected = [leaf for group in GROUPS for leaf in group]
    if acknowledged:
        assert ledger.size == before
    elif ledger.size != before:
        assert ledger.size == before + len(expected)
        world.leaves += expected
    assert list((world.data / "ledger" / "pending").iterdir()) == []
    if len(world.leaves) == 250:
        world.seal(ledger, *GROUPS)
    world.seal(ledger, some_leaves(3, 600))
    world.check(ledger)


def steps_of_a_batch(world: World) -> list[str]:
    counting = FaultyDisk()
    fresh, _ = a_world(world, 999)
    one_batch(fresh, fresh.open(counting))
    settle(fresh, acknowledged=True)
    return counting.steps


def steps(world: World) -> Iterator[tuple[int, str]]:
    names = steps_of_a_batch(world)
    assert {"write", "sync", "rename", "sync_folder", "make_folder", "remove"} <= set(names)
    yield from enumerate(names)


@pytest.mark.parametrize("persists", [False, True], ids=["failed", "failed but persisted"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_a_failing_disk_loses_nothing(world: World, code: int, persists: bool) -> None:
    """Each step of a batch fails in turn: the error says so, and the next start finds all of the batch or none."""
    for number, name in steps(world):
        one, _ = a_world(world, number)
        disk = FaultyDisk()
        ledger = one.open(disk)
        disk.step, disk.persists, disk.how = len(disk.steps) + number, persists, code
        error = outcome(one, ledger)
        if error is None:
            assert name in {"remove", "remove_folder"}, "only tidying up may fail unnoticed"
        else:
            full = code == errno.ENOSPC and not name.startswith("sync")
            assert type(error) is (DiskFull if full else DiskFailed), name
            assert error.hint
        settle(one, acknowledged=error is None)


def test_a_process_that_dies_loses_nothing(world: World) -> None:
    """Each step is the last one, done or not done: the next start finds all of the batch or none."""
    for number, _ in steps(world):
        for persists in (False, True):
            one, _ = a_world(world, 2 * number + persists)
            disk = FaultyDisk()
            ledger = one.open(disk)
            disk.step, disk.persists, disk.how = len(disk.steps) + number, persists, Died
            try:
                one_batch(one, ledger)
            except Died:
                settle(one, acknowledged=False)
            else:
                pytest.fail("the process did not die")


def test_a_power_cut_loses_nothing_that_was_acknowledged(world: World) -> None:
    """Whatever was not synced is gone: before the seals the batch never was, after the last step it always is."""
    for number, _ in steps(world):
        one, _ = a_world(world, number)
        disk = ForgetfulDisk()
        ledger = one.open(disk)
        disk.step = len(disk.steps) + number
        with pytest.raises(Died):
            one_batch(one, ledger)
        disk.power_cut()
        settle(one, acknowledged=False)
    one, _ = a_world(world, 10_000)
    disk = ForgetfulDisk()
    one_batch(one, one.open(disk))
    disk.power_cut()
    settle(one, acknowledged=True)


@pytest.mark.parametrize("seed", range(4))
def test_torn_and_reordered_writes_lose_nothing(world: World, seed: int) -> None:
    """Any part of what was not synced may have reached the disk, in any order, and files only by half."""
    chance = random.Random(seed)
    for number, _ in steps(world):
        one, _ = a_world(world, number)
        disk = ForgetfulDisk()
        ledger = one.open(disk)
        disk.step = len(disk.steps) + number
        with pytest.raises(Died):
            one_batch(one, ledger)
        disk.power_cut(chance)
        settle(one, acknowledged=False)


def test_recovery_itself_may_die_at_every_step(world: World) -> None:
    """Dying in a start that cleans up, or signs anew, leaves something the next start can deal with."""
    for when in (6, 12, 20):  # before the intent, among the segments, among the tiles
        for number in range(40):
            one, _ = a_world(world, 100 * when + number)
            disk = FaultyDisk(how=Died)
            ledger = one.open(disk)
            disk.step = len(disk.steps) + when
            with pytest.raises(Died):
                one_batch(one, ledger)
            again = FaultyDisk(number, how=Died)
            try:
                one.open(again)
            except Died:
                settle(one, acknowledged=False)
            else:
                break  # fewer steps than that
        else:
            pytest.fail("recovery does not end")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("how", [RuntimeError("database is gone"), Died()], ids=["failed", "died"])
def test_seals_that_fail_or_fail_after_storing(world: World, moment: str, how: BaseException) -> None:
    """When the database does not answer, the next start reads what it holds, and signs exactly that."""
    one, ledger = a_world(world, 0)

    def fail() -> None:
        raise how

    setattr(one.seals, moment, fail)
    with pytest.raises(type(how)):
        one_batch(one, ledger)
    setattr(one.seals, moment, lambda: None)
    settle(one, acknowledged=False)
    assert one.seals.list()[0].first == 0


def test_after_a_full_disk_the_same_process_goes_on(world: World) -> None:
    """A console that could not write a receipt can, once there is space; nothing of the attempt stays."""
    names = steps_of_a_batch(world)
    one, _ = a_world(world, 0)
    disk = FaultyDisk()
    ledger = one.open(disk)
    before = one.files()
    disk.how = errno.ENOSPC
    fillable = [at for at, name in enumerate(names) if name in {"write", "rename", "make_folder"}]
    for number in fillable[:-3]:  # the last three are the checkpoint's: by then the batch is sealed
        disk.step = len(disk.steps) + number
        error = outcome(one, ledger)
        assert type(error) is DiskFull
        assert "free some space" in error.hint
        assert one.files() == before
        one.check(ledger)
        disk.steps.clear()
        disk.step = None
    one_batch(one, ledger)
    one.check(ledger)


def test_after_a_failed_sync_the_process_stops_writing(world: World) -> None:
    """What the system shows may not be on the disk: only a new start may judge."""
    one, _ = a_world(world, 0)
    disk = FaultyDisk()
    ledger = one.open(disk)
    names = steps_of_a_batch(world)
    disk.step = len(disk.steps) + names.index("sync_folder")
    with pytest.raises(DiskFailed):
        one_batch(one, ledger)
    with pytest.raises(DiskFailed):
        ledger.begin()
    settle(one, acknowledged=False)


def test_creating_may_fail_at_every_step_and_be_tried_again(world: World) -> None:
    """An unfinished creation is finished by the next attempt, with the same key if one was made."""
    counting = FaultyDisk()
    World(world.folder / "count", disk=FaultyDisk).create(counting)
    for number in range(len(counting.steps)):
        for how in (errno.EIO, errno.ENOSPC, Died):
            one = World(world.folder / f"{number}-{how}", disk=FaultyDisk)
            with pytest.raises((CustodesError, Died)):
                one.create(FaultyDisk(number, how=how))
            try:
                ledger = one.create()
            except CustodesError:
                ledger = one.open()
            one.seal(ledger, some_leaves(3))
            one.check(ledger)
