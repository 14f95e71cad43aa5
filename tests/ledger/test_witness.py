"""Can a log show two people two histories? Not past a witness, and not without a quorum of them."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import LedgerBroken
from custodes.ledger import cosign as cosigning
from custodes.ledger import fsck, public
from custodes.ledger.check_proof import (
    COSIGNATURE,
    ML_DSA,
    Policy,
    ProofRefused,
    VerifierKey,
    check_proof,
    key_id,
    open_note,
    read_key,
    read_policy,
    read_trusted,
)
from custodes.ledger.checkpoint import Checkpoint
from custodes.ledger.durable import Disk
from custodes.ledger.home import forget
from custodes.ledger.layout import Layout
from custodes.ledger.log import Ledger
from custodes.ledger.note import Signer, generate_key
from custodes.ledger.public import log_server, read, witness_server
from custodes.ledger.tree import EMPTY, EMPTY_ROOT, append, leaf_hashes
from custodes.ledger.witness import Answer, Memory, Witness
from tests.ledger.world import World, leaves_of, some_leaves

TIME = 1_772_366_400
LOG = Signer("example.com/log", bytes(32), bytes(range(32)))


def a_witness(folder: Path, *keys: VerifierKey, name: str = "witness.example/w") -> Witness:
    signer = Signer(name, name[-1:].encode() * 32, name[-1:].encode() * 32, COSIGNATURE)
    folder.mkdir(exist_ok=True)
    return Witness(signer, {key.name: key for key in keys}, Memory(folder / f"{name[-1]}.db"), lambda: TIME + 0.5)


def head(count: int, *, of: Signer = LOG, other: bool = False) -> bytes:
    leaves = some_leaves(count)
    if other and leaves:
        leaves[-1] = b"another"
    return Checkpoint(of.name, count, append(EMPTY, leaf_hashes(leaves))[0].root).signed(of)


def ask(witness: Witness, old: object, note: bytes, proof: tuple[bytes, ...] = ()) -> Answer:
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in proof), "", ""]
    return witness.add_checkpoint("\n".join(lines).encode() + note)


def test_the_public_conversation(vectors: Path, tmp_path: Path) -> None:
    """A published script of requests is answered as it says; 404 for an unknown log is the present specification's."""
    script: dict[str, Any] = json.loads((vectors / "witness_add_checkpoint.json").read_text())
    origin = script["steps"][0]["request_body"].split("\n")[2]
    public = bytes.fromhex(script["log_ed25519_public_key_hex"])
    witness = a_witness(tmp_path, VerifierKey(origin, key_id(origin, public), public), name=script["witness_name"])
    for step in script["steps"]:
        answer = witness.add_checkpoint(step["request_body"].encode())
        unknown = "unknown log" in step["assert"]
        assert answer.status == (404 if unknown else step["status"]), step["assert"]
        if answer.status == 409:
            assert answer == Answer(409, step["assert"].split('"')[1].replace("\\n", "\n"), "text/x.tlog.size")
        if answer.status == 200:
            assert "\u2014 example.com/witness " in answer.body


def test_the_signed_message_is_that_of_the_specification() -> None:
    """Ed25519: header, time and text; ML-DSA-44: label, names with their lengths, time, range, root."""
    from custodes.ledger.check_proof import cosigned

    text = "example.com/log\n3\n" + base64.b64encode(bytes(range(32))).decode() + "\n"
    assert cosigned("w", COSIGNATURE, 7, text) == b"cosignature/v1\ntime 7\n" + text.encode()
    expected = b"subtree/v1\n\x00" + b"\x01w" + bytes(7) + b"\x07" + b"\x0fexample.com/log" + bytes(15) + b"\x03"
    assert cosigned("w", ML_DSA, 7, text) == expected + bytes(range(32))
    with pytest.raises(ProofRefused, match="too long"):
        cosigned("w" * 256, ML_DSA, 7, text)


def test_a_cosignature_is_of_both_kinds_and_timed(tmp_path: Path) -> None:
    """Added to the note, both lines verify, say when, and no byte of them can change."""
    witness = a_witness(tmp_path, LOG.verifier)
    answer = ask(witness, 0, head(3))
    assert (answer.status, answer.body.count("\n")) == (200, 2)
    note = head(3) + answer.body.encode()
    assert open_note(note, [witness.signer.verifier]).keys == witness.signer.verifier.all
    for line in answer.body.splitlines():
        assert int.from_bytes(base64.b64decode(line.split(" ")[2])[4:12], "big") == TIME

    def keys_of(changed: bytes) -> tuple[VerifierKey, ...]:
        try:
            return open_note(changed, [witness.signer.verifier]).keys
        except ProofRefused:
            return ()

    start = len(head(3))
    for at in range(start, len(note), 61):
        assert keys_of(note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :]) != witness.signer.verifier.all


def test_what_a_witness_refuses(tmp_path: Path) -> None:
    """Each rule of add-checkpoint, by its status; and nothing that was refused is remembered."""
    witness = a_witness(tmp_path, LOG.verifier)
    row = leaf_hashes(some_leaves(3))
    stranger = generate_key("example.com/stranger")
    half = Signer(LOG.name, LOG.seed)
    assert ask(witness, 0, head(3, of=stranger)).status == 404
    assert ask(witness, 0, head(3, of=generate_key(LOG.name))).status == 403
    assert ask(witness, 0, head(3, of=half)).status == 403  # one of the log's two keys is not enough
    assert ask(witness, 4, head(3)).status == 400
    assert ask(witness, 1, head(3)) == Answer(409, "0\n", "text/x.tlog.size")
    assert ask(witness, 0, head(3), (row[:32],)).status == 422
    assert ask(witness, 0, Checkpoint(LOG.name, 0, bytes(32)).signed(LOG)).status == 422
    assert ask(witness, 0, Checkpoint(LOG.name, 0, EMPTY_ROOT).signed(LOG)).status == 200
    assert ask(witness, 0, head(3)).status == 200
    assert ask(witness, 3, head(3)).status == 200
    assert ask(witness, 3, head(3), (row[:32],)).status == 422
    assert ask(witness, 3, head(3, other=True)) == Answer(409, "3\n", "text/x.tlog.size")
    assert ask(witness, 3, head(4)).status == 422
    assert ask(witness, 3, head(4), (row[:32],)).status == 422
    for old in ("03", "-1", "", "3 ", "\u0663"):
        assert ask(witness, old, head(4)).status == 400
    assert ask(witness, 3, head(4), (row[:32],) * 64).status == 400
    assert ask(witness, 3, b"no note").status == 400
    assert ask(witness, 0, head(3)) == Answer(409, "3\n", "text/x.tlog.size")


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_answered(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    """Hostile bytes get a refusal."""
    witness = Witness(LOG, {}, Memory(tmp_path_factory.getbasetemp() / "hostile.db"), lambda: TIME)
    for each in (body, b"old 0\n\n" + body, b"old 0\n\n" + body + b"\n\n" + body):
        assert witness.add_checkpoint(each).status in {400, 404}


def test_a_witness_that_starts_again_remembers(tmp_path: Path) -> None:
    """What it cosigned is on the disk before it answered."""
    assert ask(a_witness(tmp_path, LOG.verifier), 0, head(3)).status == 200
    assert ask(a_witness(tmp_path, LOG.verifier), 0, head(2)) == Answer(409, "3\n", "text/x.tlog.size")


def test_many_at_once_cannot_get_two_histories_cosigned(tmp_path: Path) -> None:
    """Of two heads of one size, sent by many threads at once, only one is ever cosigned."""
    witness = a_witness(tmp_path, LOG.verifier)
    answers: dict[bool, set[int]] = {False: set(), True: set()}

    def send(other: bool) -> None:
        answers[other].add(ask(witness, 0, head(3, other=other)).status)

    threads = [threading.Thread(target=send, args=(number % 2 == 0,)) for number in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(200 in found for found in answers.values()) == [False, True]


class Town:
    """A log, three witnesses, and a policy that wants two of them."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder / "log")
        self.ledger = self.world.create()
        self.witnesses = {
            name: a_witness(folder, self.ledger.verifier, name=f"witness.example/{name}") for name in ("a", "b", "c")
        }
        lines = [f"log {key.text}" for key in self.ledger.verifier.all]
        for name, one in self.witnesses.items():
            lines.append(f"witness {name} {one.signer.verifier.beside[0].text} http://{name}.example/w/")
        self.policy_text = "\n".join(["# ours", *lines, "group two 2 a b c", "quorum two", ""])
        self.policy: Policy = read_policy(self.policy_text)
        self.down: set[str] = set()
        self.layout = Layout(self.world.data)

    def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        name = url.removeprefix("http://")[0]
        assert url == f"http://{name}.example/w/add-checkpoint"
        if name in self.down:
            raise OSError
        answer = self.witnesses[name].add_checkpoint(body)
        return answer.status, answer.body.encode()

    def cosign(self, ledger: Ledger | None = None, layout: Layout | None = None) -> cosigning.Cosigned:
        key = (ledger or self.ledger).verifier
        return cosigning.cosign(layout or self.layout, key, self.policy, ask=self.post)

    def problems(self) -> set[str]:
        report = fsck.verify(
            self.world.data,
            self.world.seals,
            self.ledger.verifier,
            leaves_of,
            folders=("events",),
            policy=self.policy,
        )
        return {problem.file for problem in report.problems}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_a_quorum_makes_a_checkpoint_count(town: Town) -> None:
    """One of three is not enough, two are; the proof then carries their signatures and satisfies the policy alone."""
    town.world.seal(town.ledger, some_leaves(300))
    town.down = {"a", "b"}
    told = town.cosign()
    assert (told.counts, told.by, [name for name, _ in told.refused]) == (False, ("c",), ["a", "b"])
    with pytest.raises(ProofRefused, match="too few witnesses"):
        check_proof(town.ledger.prove(5).encode(), town.world.leaves[5], town.policy)
    assert town.problems() == {"ledger/witnessed"}
    town.down = {"c"}
    assert town.cosign().counts
    proof = town.ledger.prove(5).encode()
    assert check_proof(proof, town.world.leaves[5], town.policy) == (5, 300)
    assert check_proof(proof, town.world.leaves[5], read_trusted(town.policy_text)) == (5, 300)
    assert town.problems() == set()
    town.world.seal(town.ledger, some_leaves(700, 300))
    assert check_proof(town.ledger.prove(5).encode(), town.world.leaves[5], town.policy) == (5, 300)
    town.down = set()
    assert town.cosign().by == ("a", "b", "c")
    assert check_proof(town.ledger.prove(999).encode(), town.world.leaves[999], town.policy) == (999, 1000)
    assert town.world.open().size == 1000


def test_a_forked_log_is_refused(town: Town) -> None:
    """A copy that goes another way is not cosigned by witnesses that saw the first, and its owner is told."""
    town.world.seal(town.ledger, some_leaves(10))
    other = World(town.world.folder.parent / "copy", seals=town.world.seals.copy())
    shutil.copytree(town.world.folder, other.folder)
    other.leaves = list(town.world.leaves)
    forked = other.open()
    with pytest.raises(LedgerBroken, match="a copy of a ledger"):
        forked.begin()
    forget(Disk(), Layout(other.data))  # its owner insists
    town.world.seal(town.ledger, some_leaves(5, 10))
    assert town.cosign().counts
    other.seal(forked, some_leaves(5, 500))
    with pytest.raises(LedgerBroken, match="another history"):
        town.cosign(forked, Layout(other.data))
    other.seal(forked, some_leaves(5, 600))
    with pytest.raises(LedgerBroken, match="another history"):
        town.cosign(forked, Layout(other.data))
    assert not (other.data / "ledger/witnessed").exists()


def test_a_restored_older_workspace_is_told_by_its_witnesses(town: Town) -> None:
    """State, tiles and checkpoint all set back together: only somebody outside can see it, and does."""
    town.world.seal(town.ledger, some_leaves(10))
    old = World(town.world.folder.parent / "old", seals=town.world.seals.copy())
    shutil.copytree(town.world.folder, old.folder)
    town.world.seal(town.ledger, some_leaves(5, 10))
    assert town.cosign().counts
    with pytest.raises(LedgerBroken, match="has seen 15 leaves, this ledger has 10: an older state"):
        town.cosign(old.open(), Layout(old.data))


def test_state_older_than_what_witnesses_saw_is_refused_at_the_start(town: Town) -> None:
    """With the checkpoint set back too, the cosigned one still says how far the log had come."""
    town.world.seal(town.ledger, some_leaves(10))
    seals, checkpoint = town.world.seals.copy(), town.layout.checkpoint.read_bytes()
    town.world.seal(town.ledger, some_leaves(5, 10))
    assert town.cosign().counts
    town.layout.checkpoint.write_bytes(checkpoint)
    town.world.seals = seals
    with pytest.raises(LedgerBroken, match="witnesses cosigned 15: an older state"):
        town.world.open()


@pytest.mark.parametrize("odd", [(200, b"hello\n"), (200, b""), (409, b"many\n"), (500, b""), (409, b"")])
def test_an_odd_witness_is_passed_over(town: Town, odd: tuple[int, bytes]) -> None:
    """Whatever it answers, it only does not count."""
    town.world.seal(town.ledger, some_leaves(3))
    good: Callable[[str, bytes], tuple[int, bytes]] = town.post
    told = cosigning.cosign(
        town.layout,
        town.ledger.verifier,
        town.policy,
        ask=lambda url, body: odd if url.startswith("http://a") else good(url, body),
    )
    assert (told.by, told.counts) == (("b", "c"), True)


def test_over_http(town: Town) -> None:
    """Real servers on loopback: a witness cosigns, and a reader gets checkpoint and tiles with headers for caches."""
    town.world.seal(town.ledger, some_leaves(300))
    witness = witness_server(town.witnesses["a"], "127.0.0.1", 0)
    log = log_server(town.layout, "127.0.0.1", 0)
    for server in (witness, log):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{witness.server_address[1]}/"
        key = town.witnesses["a"].signer.verifier
        policy = read_policy(f"witness a {key.beside[0].text} {url}\nquorum a\n")
        assert cosigning.cosign(town.layout, town.ledger.verifier, policy).counts
        assert cosigning.post(f"{url}other", b"x")[0] == 404
        assert cosigning.post(f"{url}add-checkpoint", b"x" * 300_000)[0] == 413
        import urllib.request

        for path in ("checkpoint", "tile/0/000", "tile/0/001.p/44"):
            with urllib.request.urlopen(f"http://127.0.0.1:{log.server_address[1]}/{path}") as answer:
                assert (answer.status, answer.headers["ETag"][0]) == (200, '"')
                assert ("immutable" in answer.headers["Cache-Control"]) == path.startswith("tile")
                assert answer.read() == read(town.layout, path)[2] != b""
    finally:
        for server in (witness, log):
            server.shutdown()
            server.server_close()


@pytest.mark.parametrize(
    "path",
    ["", "/", "lock", "pending/intent", "tile/0/000/../../lock", "tile/0/0", "tile/entries/000", "receipts", "../x"],
)
def test_nothing_else_is_given_out(town: Town, path: str) -> None:
    """Only the checkpoint and well-formed tiles have a path."""
    town.world.seal(town.ledger, some_leaves(3))
    assert read(town.layout, path)[0] == 404


def test_a_tile_that_no_checkpoint_covers_is_not_given_out(town: Town) -> None:
    """A batch that dies before its seal leaves one, and another takes its name: a cache must not keep the first."""
    town.world.seal(town.ledger, some_leaves(3))
    stray = town.layout.ledger / "tile/0/000.p/5"
    stray.write_bytes(bytes(5 * 32))
    assert read(town.layout, "tile/0/000.p/5")[0] == 404
    assert read(town.layout, "tile/0/000.p/3")[0] == 200


def _keys() -> list[str]:
    return [generate_key(f"w.example/{number}", COSIGNATURE).verifier.all[0].text for number in range(3)]


def test_policies() -> None:
    """Groups of groups, comments and blanks; each malformed one is refused with its line."""
    a, b, c = _keys()
    base = f"# x\n\n \twitness a {a}\nwitness b {b} http://b.example/\nwitness c {c}\n"
    policy = read_policy(f"{base}group g any a b\ngroup h all g c\nquorum h\n")
    keys = {name: read_key(text) for name, text in (("a", a), ("b", b), ("c", c))}
    told = {who: policy.satisfied([keys[name] for name in who]) for who in ("", "a", "c", "ac", "bc", "ab", "abc")}
    assert told == {"": False, "a": False, "c": False, "ac": True, "bc": True, "ab": False, "abc": True}
    assert policy.urls == {"b": "http://b.example/"}
    assert read_policy("quorum none\n").satisfied([])
    for bad in (
        "",
        base,
        f"{base}quorum x\n",
        f"{base}quorum a\nquorum a\n",
        f"{base}group g 0 a\nquorum g\n",
        f"{base}group g 3 a b\nquorum g\n",
        f"{base}group g any a a\nquorum g\n",
        f"{base}group g any none\nquorum g\n",
        f"{base}group g any a\ngroup h any a\nquorum h\n",
        f"{base}group a any b\nquorum a\n",
        f"{base}witness d {a}\nquorum a\n",
        f"witness d {LOG.verifier.all[0].text}\nquorum d\n",
        "log x\nquorum none\n",
        "nonsense\nquorum none\n",
    ):
        with pytest.raises(ProofRefused, match=r"policy|key"):
            read_policy(bad)


@pytest.mark.parametrize("lie", [(409, b"999\n"), (422, b"no\n")])
def test_a_witness_that_lies_keeps_no_other_from_cosigning(town: Town, lie: tuple[int, bytes]) -> None:
    """What it claims is told, after the checkpoint is kept that the quorum cosigned."""
    town.world.seal(town.ledger, some_leaves(3))
    good: Callable[[str, bytes], tuple[int, bytes]] = town.post
    with pytest.raises(LedgerBroken, match="a witness has seen"):
        cosigning.cosign(
            town.layout,
            town.ledger.verifier,
            town.policy,
            ask=lambda url, body: lie if url.startswith("http://a") else good(url, body),
        )
    assert check_proof(town.ledger.prove(1).encode(), town.world.leaves[1], town.policy) == (1, 3)


def test_a_witness_cannot_fill_the_note_with_signatures(town: Town) -> None:
    """Ninety-nine lines under its own name would make everybody refuse the note of all."""
    town.world.seal(town.ledger, some_leaves(3))
    line = "\u2014 witness.example/a " + base64.b64encode(bytes(70)).decode() + "\n"

    def ask(url: str, body: bytes) -> tuple[int, bytes]:
        status, answer = town.post(url, body)
        return status, answer + line.encode() * 95 if url.startswith("http://a") else answer

    told = cosigning.cosign(town.layout, town.ledger.verifier, town.policy, ask=ask)
    assert (told.by, told.counts) == (("b", "c"), True)


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"])
def test_what_answers_and_is_no_server_of_http_does_not_answer(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(OSError, match="no answer of HTTP"):
            cosigning.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"x")
    with pytest.raises(OSError, match="no answer of HTTP"):
        cosigning.post("http://[::1", b"x")


def test_a_client_that_drips_holds_no_thread(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is for the whole request, and there are only so many at once."""
    monkeypatch.setattr(public, "_SECONDS", 1)
    monkeypatch.setattr(public, "_AT_ONCE", 2)
    server = witness_server(town.witnesses["a"], "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = ("127.0.0.1", int(server.server_address[1]))
        slow = [socket.create_connection(address, timeout=10) for _ in range(2)]
        for one in slow:
            one.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
        time.sleep(0.2)
        with socket.create_connection(address, timeout=10) as third:
            assert third.recv(1) == b""  # turned away
        began = time.monotonic()
        ended = 0
        while ended < 2 and time.monotonic() - began < 8:
            for one in list(slow):
                try:
                    one.sendall(b"x")
                except OSError:
                    slow.remove(one)
                    ended += 1
            time.sleep(0.3)
        assert ended == 2
        assert cosigning.post(f"http://127.0.0.1:{address[1]}/other", b"x")[0] == 404
    finally:
        server.shutdown()
        server.server_close()
