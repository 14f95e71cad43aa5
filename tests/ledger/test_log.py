"""What is in the evidence log, and how is more added?"""

import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from custodes.errors import BadInput, CouldNotRun, LedgerBroken
from custodes.ledger import check_proof as standalone
from custodes.ledger.check_proof import ProofRefused, check_proof, read_key
from custodes.ledger.durable import writer_lock
from custodes.ledger.log import Ledger
from custodes.ledger.note import generate_key
from custodes.ledger.proof import check_proof as check_text
from custodes.ledger.proof import prove
from custodes.ledger.tree import EMPTY_ROOT, check_consistency
from tests.ledger.world import NOW, ORIGIN, MemorySeals, World, reference_root, segment, some_leaves


def test_what_is_sealed_is_found_again(world: World) -> None:
    """Batches of any size leave a log whose root, files and proofs are right, after reopening too."""
    ledger = world.create()
    assert (ledger.size, ledger.root, ledger.origin) == (0, EMPTY_ROOT, ORIGIN)
    world.check(ledger)
    for count in (1, 254, 1, 3, 600, 1):
        world.seal(ledger, some_leaves(count, len(world.leaves)))
        assert ledger.root == reference_root(world.leaves)
        world.check(ledger)
    again = world.open()
    assert (again.size, again.root) == (ledger.size, ledger.root)
    world.seal(again, some_leaves(5, 10_000), some_leaves(300, 20_000))
    world.check(again)


def test_reopening_changes_nothing(world: World) -> None:
    """Start and recovery are the same code, and after a clean end there is nothing to recover."""
    ledger = world.create()
    world.seal(ledger, some_leaves(300))
    before = world.files()
    world.open()
    assert world.files() == before
    assert list((world.data / "ledger" / "pending").iterdir()) == []


def test_a_batch_says_what_it_became(world: World) -> None:
    """First leaf, size, root and the files by the hash of their content."""
    ledger = world.create()
    world.seal(ledger, some_leaves(3))
    leaves = some_leaves(4, 3)
    with ledger.begin() as batch:
        name = batch.add("ledger/receipts", ".jsonl", segment(leaves), leaves)
        assert batch.size == 7
        commit = batch.commit(world.now())
    assert commit == type(commit)(3, 7, reference_root(world.leaves + leaves), (f"ledger/receipts/{name}",))
    seal = world.seals.seals[-1]
    assert (seal.path, seal.sha256, seal.first, seal.count) == (f"ledger/receipts/{name}", name[:64], 3, 4)
    assert (world.data / seal.path).read_bytes() == segment(leaves)
    assert (world.data / seal.path).stat().st_mode & 0o077 == 0


def test_a_batch_that_is_left_leaves_nothing(world: World) -> None:
    """Leaving without commit, by an exception or not, changes no file, and the next writer is not kept waiting."""
    ledger = world.create()
    world.seal(ledger, some_leaves(2))
    before = world.files()

    def interrupted() -> None:
        with ledger.begin() as batch:
            batch.add("events/a", ".rows", b"x", [b"x"])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    batch = ledger.begin()
    assert batch.commit(world.now()).files == ()
    assert world.files() == before
    assert list((world.data / "ledger" / "pending").iterdir()) == []
    with pytest.raises(ValueError, match="over"):
        batch.add("events/a", ".rows", b"x", [b"x"])


def test_one_content_in_two_folders_of_one_batch(world: World) -> None:
    """Each is a segment of its own."""
    ledger = world.create()
    with ledger.begin() as batch:
        batch.add("events/a", ".rows", segment([b"x"]), [b"x"])
        batch.add("events/b", ".rows", segment([b"x"]), [b"x"])
        batch.commit(world.now())
    world.leaves += [b"x", b"x"]
    world.check(ledger)


def test_a_second_seal_of_the_same_content_is_refused(world: World) -> None:
    """The same records twice would count twice."""
    ledger = world.create()
    world.seal(ledger, some_leaves(2))
    with ledger.begin() as batch, pytest.raises(BadInput, match="already sealed"):
        batch.add("events/day=2026-03-01", ".rows", segment(some_leaves(2)), some_leaves(2))
    world.check(ledger)


@pytest.mark.parametrize("relative", ["", "/etc", "../keys", "events/../..", "events//a", ".hidden", "a b"])
def test_no_segment_lands_outside_its_folder(world: World, relative: str) -> None:
    """A folder name that is not plain is refused before anything is written."""
    ledger = world.create()
    with ledger.begin() as batch, pytest.raises(BadInput):
        batch.add(relative, ".rows", b"x", [b"x"])


@pytest.mark.parametrize("leaves", [[], [bytes(65_536)]])
def test_leaves_must_be_there_and_fit(world: World, leaves: list[bytes]) -> None:
    """A segment without leaves would not be bound by the tree; tlog-tiles allows no longer entry."""
    ledger = world.create()
    with ledger.begin() as batch, pytest.raises(BadInput):
        batch.add("events", ".rows", b"x", leaves)


def test_a_ledger_is_never_begun_by_accident(world: World) -> None:
    """Neither over a log, nor over what remains of one; and opening never makes one."""
    with pytest.raises(LedgerBroken, match="no ledger"):
        world.open()
    ledger = world.create()
    with pytest.raises(BadInput, match="already there"):
        world.create()
    world.seal(ledger, [b"x"])
    (world.data / "ledger" / "checkpoint").unlink()
    for seals in (world.seals, MemorySeals()):
        with pytest.raises(BadInput, match="already there"):
            Ledger.create(world.data, ORIGIN, world.key_file, seals)
    with pytest.raises(LedgerBroken, match="checkpoint cannot be read"):
        world.open()
    with pytest.raises(LedgerBroken, match="checkpoint cannot be read"):
        ledger.begin()


def test_a_key_of_another_log_does_not_sign(world: World) -> None:
    """The key's name is the log's origin."""
    world.create()
    other = World(world.folder / "other")
    with pytest.raises(BadInput, match="was made for"):
        Ledger.create(other.data, "example.com/other", world.key_file, other.seals)
    other.create()
    world.key_file.write_text(other.key_file.read_text())
    with pytest.raises(LedgerBroken, match="no signature by a known key"):
        world.open()


def test_two_writers_take_turns(world: World) -> None:
    """A second writer waits, is told when the wait is over, and goes on from what the first sealed."""
    first = world.create()
    second = world.open()
    world.seal(first, some_leaves(3))
    world.seal(second, some_leaves(300, 3))
    world.seal(first, some_leaves(3, 303))
    world.check(first)
    with first.begin(), pytest.raises(CouldNotRun, match="another process"):
        second.begin()
    patient = Ledger.open(world.data, world.key_file, world.seals, wait=20)
    batch = first.begin()
    threading.Timer(0.05, batch.discard).start()
    with patient.begin() as later:
        assert later.first == 306


def test_the_lock_of_a_dead_process_is_free(world: World) -> None:
    """Nobody has to remove a lock file by hand."""
    ledger = world.create()
    code = "import sys, os; from pathlib import Path; from custodes.ledger.durable import writer_lock\n"
    code += "with writer_lock(Path(sys.argv[1]), 0): os._exit(9)"
    done = subprocess.run([sys.executable, "-c", code, str(world.data / "ledger")], check=False)
    assert done.returncode == 9
    world.seal(ledger, [b"x"])


def test_a_writer_past_the_lock_is_refused(world: World) -> None:
    """If the lock does not hold, the seals' compare-and-set does, and nothing is signed."""
    ledger = world.create()
    world.seal(ledger, some_leaves(2))
    stolen = world.seals.copy()
    before = (world.data / "ledger" / "checkpoint").read_bytes()
    with ledger.begin() as batch:
        batch.add("events", ".rows", b"x", [b"x"])
        world.seals.last = type(stolen.last)(3, bytes(32), NOW)  # type: ignore[misc]  # Head, known not to be None here
        with pytest.raises(LedgerBroken, match="another writer sealed first"):
            batch.commit(world.now())
    assert (world.data / "ledger" / "checkpoint").read_bytes() == before


def test_a_clock_that_went_back_stops_sealing(world: World) -> None:
    """The order of seals must be the order of time; the same time again is fine."""
    ledger = world.create()
    world.seal(ledger, [b"a"])
    world.seal(ledger, [b"b"])
    with ledger.begin() as batch:
        batch.add("events", ".rows", segment([b"c"]), [b"c"])
        with pytest.raises(CouldNotRun, match="clock"):
            batch.commit(NOW)
        with pytest.raises(ValueError, match="zone"):
            batch.commit(datetime(2026, 3, 2))  # noqa: DTZ001 - the case under test
    world.check(world.open())


def test_proofs_hold_for_every_leaf_and_no_other(world: World) -> None:
    """Each leaf has a proof at its index; another leaf, index, key or a changed text is refused."""
    ledger = world.create()
    world.seal(ledger, some_leaves(300))
    for index in (*range(0, 300, 37), 255, 256, 299):
        proof = ledger.prove(index)
        assert check_text(proof, world.leaves[index], ledger.verifier) == (index, 300)
        with pytest.raises(LedgerBroken, match="refused"):
            check_text(proof, b"another leaf", ledger.verifier)
    proof = ledger.prove(0)
    for other in (generate_key(ORIGIN).verifier, generate_key("example.com/x").verifier):
        with pytest.raises(ProofRefused):
            check_proof(proof.encode(), world.leaves[0], other)
    data = proof.encode()
    for at in range(len(data)):
        with pytest.raises(ProofRefused):
            check_proof(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], world.leaves[0], ledger.verifier)
    with pytest.raises(BadInput, match="no leaf 300"):
        ledger.prove(300)


def test_a_proof_may_carry_extra_data_and_stay_true(world: World) -> None:
    """The optional second line of the format is read over, not trusted."""
    ledger = world.create()
    world.seal(ledger, some_leaves(3))
    header, rest = ledger.prove(1).split("\n", 1)
    assert check_proof(f"{header}\nextra aGVsbG8=\n{rest}".encode(), world.leaves[1], ledger.verifier) == (1, 3)
    with pytest.raises(ProofRefused):
        check_proof(f"{header}\nextra !\n{rest}".encode(), world.leaves[1], ledger.verifier)


@pytest.mark.parametrize(
    "proof",
    [
        b"",
        b"\n\n",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\nextra aGVsbG8=\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 00\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n",
        b"c2sp.org/tlog-proof@v1\nindex \xff\n\n",
    ],
)
def test_malformed_proofs_are_refused(world: World, proof: bytes) -> None:
    """Whatever comes, the answer is a refusal."""
    ledger = world.create()
    note = (world.data / "ledger/checkpoint").read_bytes()
    for text in (proof, proof + note):
        with pytest.raises(ProofRefused):
            check_proof(text, b"", ledger.verifier)


def test_a_tile_in_the_way_is_not_overwritten(world: World) -> None:
    """Tiles never change: one that the ledger has not written stops the batch, which leaves nothing behind."""
    ledger = world.create()
    world.seal(ledger, some_leaves(3))
    stray = world.data / "ledger/tile/1/000.p/1"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    before = world.files()
    with pytest.raises(LedgerBroken, match="in its way"):
        world.seal(ledger, some_leaves(300, 3))
    assert world.files() == before | {"ledger/tile/1/000.p/1": b"x"}


def test_an_altered_tile_gives_no_proof(world: World) -> None:
    """A proof that would fail elsewhere is not handed out."""
    ledger = world.create()
    world.seal(ledger, some_leaves(3))
    tile = world.data / "ledger/tile/0/000.p/3"
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    with pytest.raises(LedgerBroken, match="do not lead to the signed root"):
        prove(world.data, 1, ledger.verifier)


def test_a_proof_is_checked_by_one_file_that_stands_alone(world: World, tmp_path: Path) -> None:
    """Copied elsewhere and run without our package, it accepts the proof, refuses another leaf, explains itself."""
    ledger = world.create()
    world.seal(ledger, some_leaves(20))
    program = tmp_path / "check_proof.py"
    program.write_bytes(Path(standalone.__file__).read_bytes())
    assert "custodes" not in program.read_text()
    (tmp_path / "p.tlog-proof").write_text(ledger.prove(7))
    (tmp_path / "leaf").write_bytes(world.leaves[7])
    (tmp_path / "other").write_bytes(b"other")
    key = world.key_file.with_name("ledger.key.pub").read_text().strip()
    assert read_key(key) == ledger.verifier

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", str(program), *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    assert run("p.tlog-proof", "leaf", key) == (0, "proven: leaf 7 of 20\n")
    assert run("p.tlog-proof", "other", key) == (1, "refused: the leaf is not at index 7 of the signed tree\n")
    assert run("p.tlog-proof", "leaf", key[:-2])[0] == 1
    assert run("absent", "leaf", key) == (2, "error: cannot read absent\n")
    assert run()[0] == 2


def test_a_later_state_is_shown_to_extend_an_earlier_one(world: World) -> None:
    """The consistency path verifies; against a state this log never had, it is refused."""
    ledger = world.create()
    world.seal(ledger, some_leaves(200))
    old, old_root = ledger.size, ledger.root
    world.seal(ledger, some_leaves(400, 200))
    check_consistency(old, 600, ledger.consistency(old, old_root), old_root, ledger.root)
    with pytest.raises(LedgerBroken, match="does not extend"):
        ledger.consistency(old, bytes(32))


def test_partial_tiles_go_when_the_full_one_is_there(world: World) -> None:
    """As tlog-tiles allows; until then every partial tile that a checkpoint needed stays."""
    ledger = world.create()
    for count in (10, 20):
        world.seal(ledger, some_leaves(count, len(world.leaves)))
    tiles = world.data / "ledger/tile/0"
    assert sorted(path.name for path in (tiles / "000.p").iterdir()) == ["10", "30"]
    world.seal(ledger, some_leaves(300, 30))
    assert sorted(path.name for path in tiles.iterdir()) == ["000", "001.p"]
    world.check(ledger)


def test_hold_the_lock_to_look_at_a_quiet_log(world: World) -> None:
    """Verification can keep writers out."""
    ledger = world.create()
    with writer_lock(world.data / "ledger", 0), pytest.raises(CouldNotRun):
        ledger.begin()
