"""Who signed this text? Signed notes and their keys, as in c2sp.org/signed-note."""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodes.errors import BadInput, CouldNotRun
from custodes.ledger.check_proof import ED25519, HASH, ProofRefused, VerifierKey, is_key_name, key_id, read_base64
from custodes.ledger.durable import Disk

_PREFIX: Final = "PRIVATE+KEY+"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A signing key. name: the log's origin. seed: 32 secret bytes; it has no repr, so that no trace prints it."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, key_id(self.name, public), public)

    @property
    def text(self) -> str:
        """The secret form, `PRIVATE+KEY+name+id+base64(type || seed)`."""
        encoded = base64.b64encode(ED25519 + self.seed).decode()
        return f"{_PREFIX}{self.name}+{self.verifier.id.hex()}+{encoded}"

    def sign(self, text: str) -> bytes:
        """The signed note over a text that ends in a newline. The same text gives the same bytes."""
        if not text.endswith("\n"):
            raise ValueError("a note's text ends in a newline")
        key = self.verifier
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n\u2014 {key.name} {base64.b64encode(key.id + signature).decode()}\n".encode()


def generate_key(origin: str) -> Signer:
    """A new key for a log of that name. Raises BadInput when signed-note does not allow the name."""
    if not is_key_name(origin):
        raise BadInput(
            f'"{origin}" cannot name a ledger',
            hint="use a name without spaces and plus signs, such as example.com/custodes",
        )
    return Signer(origin, Ed25519PrivateKey.generate().private_bytes_raw())


def read_signer(text: str) -> Signer:
    """Parse the secret form. Raises ProofRefused; no message repeats any of it."""
    name, _, rest = text.removeprefix(_PREFIX).partition("+")
    id_text, _, encoded = rest.partition("+")
    if not text.startswith(_PREFIX) or not is_key_name(name):
        raise ProofRefused("malformed signing key")
    key = read_base64(encoded)
    if len(key) != 1 + HASH or key[:1] != ED25519:
        raise ProofRefused("the signing key is no Ed25519 key")
    signer = Signer(name, key[1:])
    if signer.verifier.id.hex() != id_text:
        raise ProofRefused("the signing key does not match its id")
    return signer


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
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").removesuffix("\n")
    except FileNotFoundError as error:
        raise CouldNotRun(
            "the ledger's signing key is missing", where=str(file), hint="restore the file from a backup"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotRun(
            "the ledger's signing key cannot be read", where=str(file), hint="check the file's owner and rights"
        ) from error
    if mode & _OTHERS and os.name == "posix":
        raise CouldNotRun("others can read the ledger's signing key", where=str(file), hint="run chmod 600 on the file")
    try:
        return read_signer(text)
    except ProofRefused as error:
        raise CouldNotRun(str(error), where=str(file), hint="restore the file from a backup") from error
