"""Who signed this text? Signed notes and their keys, as in c2sp.org/signed-note and tlog-cosignature."""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custodes import kept
from custodes.errors import BadInput, CouldNotRun
from custodes.ledger.check_proof import (
    COSIGNATURE,
    ED25519,
    HASH,
    ML_DSA,
    ProofRefused,
    VerifierKey,
    cosigned,
    is_key_name,
    key_id,
    read_base64,
)
from custodes.ledger.durable import Disk

_PREFIX: Final = "PRIVATE+KEY+"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_MOST_BYTES: Final = 4_096  # of a key


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A signing key of a log or a witness. name: the log's origin. It has no repr, so that no trace prints a secret.

    seed: 32 secret bytes of Ed25519. quantum: those of ML-DSA-44, which holds against quantum computers; None for a log
    begun by a release that had none. kind: type byte of what Ed25519 signs, COSIGNATURE for a witness.
    """

    name: str
    seed: bytes
    quantum: bytes | None = None
    kind: bytes = ED25519

    @property
    def verifier(self) -> VerifierKey:
        """The public half; the key of ML-DSA-44 lies beside that of Ed25519."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        beside: tuple[VerifierKey, ...] = ()
        if self.quantum is not None:
            other = MLDSA44PrivateKey.from_seed_bytes(self.quantum).public_key().public_bytes_raw()
            beside = (VerifierKey(self.name, key_id(self.name, other, ML_DSA), other, ML_DSA),)
        return VerifierKey(self.name, key_id(self.name, public, self.kind), public, self.kind, beside)

    @property
    def text(self) -> str:
        """The secret form, `PRIVATE+KEY+name+id+base64(type || seed)`, one key a line."""
        seeds = [self.seed] if self.quantum is None else [self.seed, self.quantum]
        return "\n".join(
            f"{_PREFIX}{key.name}+{key.id.hex()}+{base64.b64encode(key.kind + seed).decode()}"
            for key, seed in zip(self.verifier.all, seeds, strict=True)
        )

    def sign(self, text: str) -> bytes:
        """The signed note over a text that ends in a newline: a checkpoint, where the log has a key of ML-DSA-44."""
        if not text.endswith("\n"):
            raise ValueError("a note's text ends in a newline")
        # Time 0: a log does not say when it was seen to be the largest; witnesses do.
        return f"{text}\n{self.cosign(text, 0)}".encode()

    def cosign(self, text: str, time: int) -> str:
        """The signature lines over a checkpoint's text. time: seconds since 1970, signed by all but a log's Ed25519."""
        key, *beside = self.verifier.all
        stamp = time.to_bytes(8, "big")
        plain = key.kind == ED25519
        message = text.encode() if plain else cosigned(key.name, key.kind, time, text)
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        found = _line(key, signature if plain else stamp + signature)
        if self.quantum is not None:
            message = cosigned(self.name, ML_DSA, time, text)
            found += _line(beside[0], stamp + MLDSA44PrivateKey.from_seed_bytes(self.quantum).sign(message))
        return found


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"\u2014 {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def generate_key(origin: str, kind: bytes = ED25519) -> Signer:
    """A new key for a log (or witness, by its kind). Raises BadInput when signed-note does not allow the name."""
    if not is_key_name(origin):
        raise BadInput(
            f'"{origin}" cannot name a ledger',
            hint="use a name without spaces and plus signs, such as example.com/custodes",
        )
    quantum = MLDSA44PrivateKey.generate().private_bytes_raw()
    return Signer(origin, Ed25519PrivateKey.generate().private_bytes_raw(), quantum, kind)


def read_signer(text: str) -> Signer:
    """Parse the secret form. Raises ProofRefused; no message repeats any of it."""
    lines = text.split("\n")
    name, kind, seed = _read_seed(lines[0])
    quantum = None
    if len(lines) == 2:
        other, beside, quantum = _read_seed(lines[1])
        if (other, beside) != (name, ML_DSA):
            raise ProofRefused("the second signing key is none of ML-DSA-44, or has another name")
    if len(lines) > 2 or kind not in {ED25519, COSIGNATURE}:
        raise ProofRefused("the signing key is no Ed25519 key")
    signer = Signer(name, seed, quantum, kind)
    if signer.text != text:
        raise ProofRefused("the signing key does not match its id")
    return signer


def _read_seed(text: str) -> tuple[str, bytes, bytes]:
    name, _, rest = text.removeprefix(_PREFIX).partition("+")
    _, _, encoded = rest.partition("+")
    if not text.startswith(_PREFIX) or not is_key_name(name):
        raise ProofRefused("malformed signing key")
    key = read_base64(encoded)
    if len(key) != 1 + HASH:
        raise ProofRefused("the signing key has no seed of 32 bytes")
    return name, key[:1], key[1:]


def save_key(signer: Signer, file: Path, disk: Disk) -> None:
    """Keep a new key in `file` (0600) and its public half in `file` + ".pub". Never overwrites. Raises CouldNotRun."""
    if file.exists():
        raise CouldNotRun("a signing key is already there", where=str(file), hint="use it, or name another file")
    published = file.with_name(file.name + ".pub")
    disk.make_folder(file.parent)
    # The public half first: a crash between the two leaves no key that has signed without being published.
    for target, text in ((published, signer.verifier.text), (file, signer.text)):
        staged = target.with_name(target.name + ".new")
        disk.sync(disk.write(staged, f"{text}\n".encode()), staged)
        disk.rename(staged, target)
    disk.sync_folder(file.parent)


def load_key(file: Path) -> Signer:
    """Read a key that `save_key` kept. Raises CouldNotRun when it is absent, malformed or readable by others."""
    try:
        with kept.opened(file) as opened:
            mode = os.fstat(opened.fileno()).st_mode
            text = opened.read(_MOST_BYTES).decode().removesuffix("\n")
    except FileNotFoundError as error:
        raise CouldNotRun(
            "the ledger's signing key is missing", where=str(file), hint="restore the file from a backup"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotRun(
            f"the ledger's signing key cannot be read ({getattr(error, 'strerror', 'it is no text')})",
            where=str(file),
            hint="check the file's owner and rights",
        ) from error
    if mode & _OTHERS and os.name == "posix":
        raise CouldNotRun("others can read the ledger's signing key", where=str(file), hint="run chmod 600 on the file")
    try:
        return read_signer(text)
    except ProofRefused as error:
        raise CouldNotRun(str(error), where=str(file), hint="restore the file from a backup") from error
