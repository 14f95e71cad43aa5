"""Is this proof true? One file for an auditor: it needs only Python and `cryptography`, and nothing of ours.

    python check_proof.py PROOF LEAF_FILE TRUSTED

PROOF is a C2SP tlog-proof, LEAF_FILE holds the exact bytes of the leaf. TRUSTED is `name+id+key` as the log published
it, or a file: the log's keys, one a line, or a policy (tlog-policy) that names logs, witnesses and their quorum.
Exit code 0: the leaf is in the tree that the log signed. 1: it is not, and the reason is said. 2: wrong use.

Stricter than a policy need be: where it lists several keys of one log, each of them must have signed.
Sources: c2sp.org/tlog-proof, tlog-checkpoint, tlog-cosignature, tlog-policy, signed-note, RFC 9162 sections 2.1.1 and
2.1.3.2.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER: Final = "c2sp.org/tlog-proof@v1"
ED25519: Final = b"\x01"  # signature types of c2sp.org/signed-note and tlog-cosignature
COSIGNATURE: Final = b"\x04"  # Ed25519, with a time
ML_DSA: Final = b"\x06"  # ML-DSA-44, with a time; what logs sign with too
KEY_BYTES: Final = {ED25519: 32, COSIGNATURE: 32, ML_DSA: 1312}
SIGNATURE_BYTES: Final = {ED25519: 64, COSIGNATURE: 64, ML_DSA: 2420}
HASH: Final = 32
MOST_HASHES: Final = 63  # a path of a tree with fewer than 2**63 leaves
MOST_SIGNATURES: Final = 100
MOST_BYTES: Final = 1_000_000


class ProofRefused(ValueError):
    """The proof, note or key is malformed, or does not hold. The message says which."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A published key. name: the log's origin. id: 4 bytes. kind: type byte. beside: other keys of that name."""

    name: str
    id: bytes
    public: bytes
    kind: bytes = ED25519
    beside: tuple[VerifierKey, ...] = ()

    @property
    def text(self) -> str:
        """The published form, `name+id+base64(type || public key)`, one key a line."""
        own = f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"
        return "\n".join((own, *(key.text for key in self.beside)))

    @property
    def all(self) -> tuple[VerifierKey, ...]:
        """This key alone, and those beside it."""
        return (VerifierKey(self.name, self.id, self.public, self.kind), *self.beside)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which checkpoints count. logs: by origin. witnesses: by their names here. groups: (least number, members)."""

    logs: Mapping[str, VerifierKey]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str
    urls: Mapping[str, str]

    def satisfied(self, signed: Sequence[VerifierKey], name: str = "") -> bool:
        """Whether these keys are a quorum (or the member `name` of it)."""
        name = name or self.quorum
        if name == "none":
            return True
        if name in self.witnesses:
            return self.witnesses[name] in signed
        least, members = self.groups[name]
        return sum(self.satisfied(signed, member) for member in members) >= least


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A note at least one known key signed. text: what was signed, with its last newline. signed_by, unknown: names.

    keys: those that signed.
    """

    text: str
    signed_by: tuple[str, ...]
    unknown: tuple[str, ...]
    keys: tuple[VerifierKey, ...]


def key_id(name: str, public: bytes, kind: bytes = ED25519) -> bytes:
    """The 4 bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def cosigned(name: str, kind: bytes, time: int, text: str) -> bytes:
    """What a cosigner of that name signs about a checkpoint's text; time: seconds since 1970 (tlog-cosignature)."""
    if kind == COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    origin, size, root, _ = read_checkpoint(text)
    names = [struct.pack(">B", len(data)) + data for data in (name.encode(), origin.encode()) if 0 < len(data) < 256]
    if len(names) != 2:
        raise ProofRefused("a name is too long for ML-DSA-44")
    return b"subtree/v1\n\0" + names[0] + struct.pack(">Q", time) + names[1] + struct.pack(">QQ", 0, size) + root


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
    """Parse a published verifier key, or several of one name, one a line. Raises ProofRefused."""
    first, *rest = [_read_key(line) for line in text.split("\n")]
    if any(key.name != first.name for key in rest) or len({key.id for key in (first, *rest)}) <= len(rest):
        raise ProofRefused("keys of several names, or one key twice")
    return VerifierKey(first.name, first.id, first.public, first.kind, tuple(rest))


def _read_key(text: str) -> VerifierKey:
    name, _, rest = text.partition("+")
    id_text, _, key_text = rest.partition("+")
    if not is_key_name(name) or not re.fullmatch(r"[0-9a-f]{8}", id_text):
        raise ProofRefused("malformed verifier key")
    key = read_base64(key_text)
    kind, public = key[:1], key[1:]
    if len(public) != KEY_BYTES.get(kind):
        raise ProofRefused("the verifier key is neither of Ed25519 nor of ML-DSA-44")
    if key_id(name, public, kind).hex() != id_text:
        raise ProofRefused("the verifier key does not match its id")
    return VerifierKey(name, bytes.fromhex(id_text), public, kind)


def read_policy(text: str) -> Policy:
    """Parse a policy. Raises ProofRefused, with the line's number."""
    logs: dict[str, VerifierKey] = {}
    witnesses: dict[str, VerifierKey] = {}
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    urls: dict[str, str] = {}
    quorum = ""
    used: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        match [word for word in re.split(r"[ \t]+", line) if word]:
            case []:
                continue
            case [word, *_] if word.startswith("#"):
                continue
            case ["log", key, *url] if len(url) < 2:
                log = _read_key(key)
                before = logs.get(log.name)
                logs[log.name] = read_key(f"{before.text}\n{key}") if before else log
                continue
            case ["witness", name, key, *url] if len(url) < 2 and name not in {"none", *witnesses, *groups}:
                witness = _read_key(key)
                if witness.kind == ED25519 or any(one.public == witness.public for one in witnesses.values()):
                    raise ProofRefused(
                        f"line {number} of the policy: no key of a witness, or one that was named before"
                    )
                witnesses[name] = witness
                if url:
                    urls[name] = url[0]
                continue
            case ["group", name, least, *members] if members and name not in {"none", *witnesses, *groups}:
                known = all(member in {**witnesses, **groups} and member not in used for member in members)
                count = {"any": 1, "all": len(members)}.get(least) or (
                    int(least) if re.fullmatch("[1-9][0-9]?", least) else 0
                )
                if known and len(set(members)) == len(members) and 1 <= count <= len(members):
                    groups[name] = (count, tuple(members))
                    used.update(members)
                    continue
            case ["quorum", name] if not quorum and name in {"none", *witnesses, *groups}:
                quorum = name
                continue
        raise ProofRefused(f"line {number} of the policy cannot be understood")
    if not quorum:
        raise ProofRefused("the policy has no quorum line")
    return Policy(logs, witnesses, groups, quorum, urls)


def open_note(note: bytes, keys: Sequence[VerifierKey]) -> OpenNote:
    """Verify a signed note. A bad signature of a known key refuses the whole note; unknown keys are ignored."""
    text, lines = _split_note(note)
    signed_by: list[str] = []
    unknown: list[str] = []
    by: list[VerifierKey] = []
    known = [each for key in keys for each in key.all]
    for line in lines:
        name, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        if not line.startswith("\u2014 ") or not is_key_name(name):
            raise ProofRefused("malformed signature line")
        signature = read_base64(encoded)
        if len(signature) < 5:
            raise ProofRefused("malformed signature line")
        key = next((key for key in known if (key.name, key.id) == (name, signature[:4])), None)
        seen = unknown if key is None else signed_by
        if key is not None:
            _check_signature(key, signature[4:], text)
            by.append(key)
        if name not in seen:
            seen.append(name)
    if not signed_by:
        raise ProofRefused("no signature by a known key")
    return OpenNote(text, tuple(signed_by), tuple(unknown), tuple(by))


def _check_signature(key: VerifierKey, signature: bytes, text: str) -> None:
    time, message = b"", text.encode()
    if key.kind != ED25519:
        time, signature = signature[:8], signature[8:]
        message = cosigned(key.name, key.kind, int.from_bytes(time, "big"), text)
    if len(signature) != SIGNATURE_BYTES[key.kind] or time >= b"\x80":
        raise ProofRefused(f"the signature of {key.name} is wrong")
    try:
        if key.kind != ML_DSA:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
            return
        from cryptography.hazmat.primitives.asymmetric import mldsa  # noqa: PLC0415 - older releases have none

        mldsa.MLDSA44PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature as error:
        raise ProofRefused(f"the signature of {key.name} is wrong") from error
    except ImportError as error:
        raise ProofRefused("this release of cryptography has no ML-DSA-44: install version 50") from error


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


def open_trusted(note: bytes, trusted: VerifierKey | Policy) -> tuple[str, int, bytes, tuple[str, ...]]:
    """The checkpoint in a note that every key of its log signed, and a quorum of witnesses. Raises ProofRefused."""
    if isinstance(trusted, VerifierKey):
        trusted = Policy({trusted.name: trusted}, {}, {}, "none", {})
    opened = open_note(note, [*trusted.logs.values(), *trusted.witnesses.values()])
    checkpoint = read_checkpoint(opened.text)
    log = trusted.logs.get(checkpoint[0])
    if log is None:
        raise ProofRefused("the checkpoint is of another log")
    if not all(key in opened.keys for key in log.all):
        raise ProofRefused("a key of the log has not signed the checkpoint")
    if not trusted.satisfied(opened.keys):
        raise ProofRefused("too few witnesses have cosigned the checkpoint")
    return checkpoint


def check_proof(proof: bytes, leaf: bytes, key: VerifierKey | Policy) -> tuple[int, int]:
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
    _, size, root, _ = open_trusted(note, key)
    if inclusion_root(index, size, leaf_hash(leaf), path) != root:
        raise ProofRefused(f"the leaf is not at index {index} of the signed tree")
    return index, size


def read_trusted(text: str) -> VerifierKey | Policy:
    """A key, several keys of one log, or a policy. Raises ProofRefused."""
    lines = text.strip().split("\n")
    return read_policy(text) if any(line.split()[:1] == ["quorum"] for line in lines) else read_key("\n".join(lines))


def main(arguments: Sequence[str]) -> int:
    """The command line described at the top of this file."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python check_proof.py PROOF LEAF_FILE TRUSTED\n")
        return 2
    trusted = arguments[2]
    try:
        proof, leaf = (Path(name).read_bytes() for name in arguments[:2])
        trusted = trusted if "+" in trusted else Path(trusted).read_text(encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"error: cannot read {error.filename}\n")
        return 2
    try:
        index, size = check_proof(proof, leaf, read_trusted(trusted))
    except ProofRefused as error:
        sys.stderr.write(f"refused: {error}\n")
        return 1
    sys.stdout.write(f"proven: leaf {index} of {size}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
