"""Is this proof true? One file for an auditor: it needs only Python and `cryptography`, and nothing of ours.

    python check_proof.py PROOF LEAF_FILE VERIFIER_KEY

PROOF is a C2SP tlog-proof, LEAF_FILE holds the exact bytes of the leaf, VERIFIER_KEY is `name+id+key` as the log
published it.
Exit code 0: the leaf is in the tree that the log signed. 1: it is not, and the reason is said. 2: wrong use.

Sources: c2sp.org/tlog-proof, c2sp.org/tlog-checkpoint, c2sp.org/signed-note, RFC 9162 sections 2.1.1 and 2.1.3.2.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER: Final = "c2sp.org/tlog-proof@v1"
ED25519: Final = b"\x01"  # signature type byte of c2sp.org/signed-note
HASH: Final = 32
MOST_HASHES: Final = 63  # a path of a tree with fewer than 2**63 leaves
MOST_SIGNATURES: Final = 100
MOST_BYTES: Final = 1_000_000


class ProofRefused(ValueError):
    """The proof, note or key is malformed, or does not hold. The message says which."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A published key. name: the log's origin. id: 4 bytes. public: 32 bytes, Ed25519."""

    name: str
    id: bytes
    public: bytes

    @property
    def text(self) -> str:
        """The published form, `name+id+base64(type || public key)`."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A note at least one known key signed. text: what was signed, with its last newline. signed_by, unknown: names."""

    text: str
    signed_by: tuple[str, ...]
    unknown: tuple[str, ...]


def key_id(name: str, public: bytes) -> bytes:
    """The 4 bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def is_key_name(name: str) -> bool:
    """Whether signed-note allows the name: not empty, no space of any kind, no plus, no control character."""
    return bool(name) and not any(char.isspace() or char == "+" or char < " " for char in name)


def read_base64(text: str) -> bytes:
    """Bytes of standard base64 in its only canonical spelling. Raises ProofRefused."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ProofRefused("not base64") from error
    if base64.b64encode(data).decode() != text:  # two spellings of one hash would let a byte change unseen
        raise ProofRefused("base64 with stray bits")
    return data


def read_hash(text: str) -> bytes:
    """One SHA-256 hash in base64. Raises ProofRefused."""
    data = read_base64(text)
    if len(data) != HASH:
        raise ProofRefused(f"a hash of {len(data)} bytes")
    return data


def read_number(text: str) -> int:
    """A decimal number without sign or leading zero, below 2**63. Raises ProofRefused."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text, re.ASCII) or int(text) >= 2**63:
        raise ProofRefused("not a plain decimal number")
    return int(text)


def read_key(text: str) -> VerifierKey:
    """Parse a published Ed25519 verifier key. Raises ProofRefused."""
    name, _, rest = text.partition("+")
    id_text, _, key_text = rest.partition("+")
    if not is_key_name(name) or not re.fullmatch(r"[0-9a-f]{8}", id_text):
        raise ProofRefused("malformed verifier key")
    key = read_base64(key_text)
    if len(key) != 1 + HASH or key[:1] != ED25519:
        raise ProofRefused("the verifier key is no Ed25519 key")
    if key_id(name, key[1:]).hex() != id_text:
        raise ProofRefused("the verifier key does not match its id")
    return VerifierKey(name, bytes.fromhex(id_text), key[1:])


def open_note(note: bytes, keys: Sequence[VerifierKey]) -> OpenNote:
    """Verify a signed note. A bad signature of a known key refuses the whole note; unknown keys are ignored."""
    text, lines = _split_note(note)
    signed_by: list[str] = []
    unknown: list[str] = []
    for line in lines:
        name, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        if not line.startswith("\u2014 ") or not is_key_name(name):
            raise ProofRefused("malformed signature line")
        signature = read_base64(encoded)
        if len(signature) < 5:
            raise ProofRefused("malformed signature line")
        key = next((key for key in keys if (key.name, key.id) == (name, signature[:4])), None)
        seen = unknown if key is None else signed_by
        if key is not None:
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
            except InvalidSignature as error:
                raise ProofRefused(f"the signature of {name} is wrong") from error
        if name not in seen:
            seen.append(name)
    if not signed_by:
        raise ProofRefused("no signature by a known key")
    return OpenNote(text, tuple(signed_by), tuple(unknown))


def _split_note(note: bytes) -> tuple[str, list[str]]:
    if len(note) > MOST_BYTES:
        raise ProofRefused("malformed note: too long")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProofRefused("malformed note: not UTF-8") from error
    if any(char < " " and char != "\n" for char in whole):
        raise ProofRefused("malformed note: control character")
    before, blank, signatures = whole.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop() != "" or not lines:
        raise ProofRefused("malformed note: no signature lines")
    if len(lines) > MOST_SIGNATURES:
        raise ProofRefused("malformed note: too many signatures")
    return before + "\n", lines


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 9162: SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162: SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def inclusion_root(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that a leaf hash and its path lead to (RFC 9162, 2.1.3.2). Raises ProofRefused on a wrong length."""
    if not 0 <= index < size:
        raise ProofRefused(f"index {index} is not in a tree of {size} leaves")
    if any(len(item) != HASH for item in (leaf, *path)):
        raise ProofRefused("a hash is not 32 bytes long")
    at, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofRefused("the path is too long")
        if at & 1 or at == last:
            root = node_hash(sibling, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofRefused("the path is too short")
    return root


def read_checkpoint(text: str) -> tuple[str, int, bytes, tuple[str, ...]]:
    """Origin, size, root and extension lines of a checkpoint's text. Raises ProofRefused."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or not all(lines):
        raise ProofRefused("malformed checkpoint")
    return lines[0], read_number(lines[1]), read_hash(lines[2]), tuple(lines[3:])


def check_proof(proof: bytes, leaf: bytes, key: VerifierKey) -> tuple[int, int]:
    """Check one proof; the leaf's index and the size of the signed tree. Raises ProofRefused when it does not hold."""
    head, blank, note = proof.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ProofRefused("malformed proof") from error
    if not blank or lines.pop(0) != HEADER or not lines:
        raise ProofRefused("malformed proof")
    if lines[0].startswith("extra "):  # opaque and not authenticated: read for its form only
        read_base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index ") or len(lines) - 1 > MOST_HASHES:
        raise ProofRefused("malformed proof")
    index = read_number(lines[0].removeprefix("index "))
    path = [read_hash(line) for line in lines[1:]]
    origin, size, root, _ = read_checkpoint(open_note(note, [key]).text)
    if origin != key.name:
        raise ProofRefused("the checkpoint is of another log")
    if inclusion_root(index, size, leaf_hash(leaf), path) != root:
        raise ProofRefused(f"the leaf is not at index {index} of the signed tree")
    return index, size


def main(arguments: Sequence[str]) -> int:
    """The command line described at the top of this file."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python check_proof.py PROOF LEAF_FILE VERIFIER_KEY\n")
        return 2
    try:
        proof, leaf = (Path(name).read_bytes() for name in arguments[:2])
    except OSError as error:
        sys.stderr.write(f"error: cannot read {error.filename}\n")
        return 2
    try:
        index, size = check_proof(proof, leaf, read_key(arguments[2]))
    except ProofRefused as error:
        sys.stderr.write(f"refused: {error}\n")
        return 1
    sys.stdout.write(f"proven: leaf {index} of {size}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
