"""Who signed this text? Against public vectors, and with every byte of a note or key changed."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import BadInput, CouldNotRun
from custodes.ledger.check_proof import ProofRefused, open_note, read_checkpoint, read_key
from custodes.ledger.checkpoint import Checkpoint, open_checkpoint
from custodes.ledger.durable import Disk
from custodes.ledger.note import Signer, generate_key, load_key, read_signer, save_key

SIGNER = Signer("example.com/log", bytes(range(32)))


@pytest.fixture(scope="module")
def notes(vectors: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((vectors / "signed_note.json").read_text())
    return found


def test_signing_gives_the_published_bytes(notes: dict[str, Any]) -> None:
    """The public test key signs the public text to the same note, byte for byte."""
    signer = read_signer(notes["public_test_signing_key"])
    assert signer.text == notes["public_test_signing_key"]
    assert signer.verifier.text == notes["vkeys_valid"][0]
    for case in notes["sign"]:
        assert signer.sign(case["text"]).decode() == case["expect_note"]


def test_published_notes_open_or_are_refused(notes: dict[str, Any]) -> None:
    """Known signatures verify, unknown ones are ignored, malformed and wrongly signed notes are refused whole."""
    for case in notes["open"]:
        note = base64.b64decode(case["note_b64"])
        keys = [read_key(text) for text in case["vkeys"]]
        if "error" in case:
            with pytest.raises(ProofRefused):
                open_note(note, keys)
        else:
            opened = open_note(note, keys)
            assert list(opened.signed_by) == case["verified"]
            assert list(opened.unknown) == case["unverified"]


def test_keys_are_read_only_in_their_one_form(notes: dict[str, Any]) -> None:
    """Valid keys parse; every part of one, and every one with a byte changed, is refused."""
    for text in notes["vkeys_valid"]:
        assert read_key(text).text == text
    mangled = [case["vkey"] for case in notes["vkeys_invalid"]]
    key = notes["vkeys_valid"][0]
    mangled += [key[start:stop] for start in range(len(key)) for stop in range(start, len(key) + 1)]
    mangled += [key[:at] + chr(ord(key[at]) + 1) + key[at + 1 :] for at in range(len(key))]
    for text in mangled:
        if text != key:
            with pytest.raises(ProofRefused):
                read_key(text)


def test_the_checkpoint_body_is_that_of_the_specification(vectors: Path) -> None:
    """Three lines: origin, size, root."""
    body = json.loads((vectors / "tile_paths.json").read_text())["checkpoint_body_example"]
    assert Checkpoint(*read_checkpoint(body)).text == body


def test_no_byte_of_a_checkpoint_can_change_unseen() -> None:
    """Each byte of a signed checkpoint, changed in several ways, makes it refused; so does cutting it anywhere."""
    note = Checkpoint("example.com/log", 70_000, bytes(range(32))).signed(SIGNER)
    key = SIGNER.verifier
    assert open_checkpoint(note, key).size == 70_000
    for at in range(len(note)):
        for turned in (note[at] ^ 1, note[at] ^ 0x20, note[at] ^ 0x80, 0x0A):
            if turned != note[at]:
                with pytest.raises(ProofRefused):
                    open_checkpoint(note[:at] + bytes([turned]) + note[at + 1 :], key)
        with pytest.raises(ProofRefused):
            open_checkpoint(note[:at], key)


@pytest.mark.parametrize("body", ["a\n01\nX\n", "a\n-1\nX\n", "a\n+1\nX\n", "a\n9223372036854775808\nX\n", "\n1\nX\n"])
def test_odd_checkpoints_are_refused_though_signed(body: str) -> None:
    """A signature does not excuse a second spelling of a number."""
    text = body.replace("X", base64.b64encode(bytes(32)).decode())
    with pytest.raises(ProofRefused):
        read_checkpoint(text)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """A key may sign only under its own origin."""
    with pytest.raises(ProofRefused, match="another log"):
        open_checkpoint(Checkpoint("example.com/other", 1, bytes(32)).signed(SIGNER), SIGNER.verifier)


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_fail_otherwise(data: bytes) -> None:
    """A hostile note is refused, never a crash."""
    with pytest.raises(ProofRefused):
        open_note(data, [SIGNER.verifier])


@given(st.text(max_size=80))
def test_no_text_makes_the_key_readers_fail_otherwise(text: str) -> None:
    """The same for keys."""
    for reader in (read_key, read_signer):
        with pytest.raises(ProofRefused):
            reader(text)


def test_a_key_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    """The secret half is 0600 and never overwritten, the public half lies beside it."""
    file = tmp_path / "keys" / "ledger.key"
    signer = generate_key("example.com/log")
    save_key(signer, file, Disk())
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_key(file) == signer
    assert read_key(file.with_name("ledger.key.pub").read_text().strip()) == signer.verifier
    with pytest.raises(CouldNotRun, match="already there"):
        save_key(generate_key("example.com/log"), file, Disk())
    file.chmod(0o640)
    with pytest.raises(CouldNotRun, match="others can read") as refused:
        load_key(file)
    assert "chmod 600" in refused.value.hint


def test_the_secret_is_in_no_repr_and_no_message(tmp_path: Path) -> None:
    """Neither a trace nor a refusal shows a key."""
    signer = generate_key("example.com/log")
    encoded = signer.text.rpartition("+")[2]
    file = tmp_path / "ledger.key"
    file.write_text(signer.text[:-4])
    file.chmod(0o600)
    with pytest.raises(CouldNotRun) as refused:
        load_key(file)
    for text in (repr(signer), str(signer), str(refused.value), refused.value.hint, repr(refused.value.__cause__)):
        assert encoded[:12] not in text
        assert signer.seed.hex()[:12] not in text


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\there", "line\n", "no\u00a0break"])
def test_a_name_signed_note_forbids_is_refused(name: str) -> None:
    """No spaces of any kind, no plus."""
    with pytest.raises(BadInput):
        generate_key(name)
