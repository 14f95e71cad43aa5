"""Which checkpoint counts? One that a quorum of independent witnesses has cosigned, kept in `ledger/witnessed`.

Our own signature shows who wrote the log; only witnesses show that nobody was shown another one. They are asked one
after the other, and what they have seen is compared with what we have: a witness that remembers a larger log has met a
later state, in whose place an older copy was put.
"""

from __future__ import annotations

import base64
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace

from custodes.errors import LedgerBroken
from custodes.ledger.check_proof import Policy, ProofRefused, VerifierKey, open_note, open_trusted
from custodes.ledger.checkpoint import Checkpoint, open_checkpoint
from custodes.ledger.durable import Disk, place, writer_lock
from custodes.ledger.layout import Layout
from custodes.ledger.tiles import TileReader
from custodes.ledger.tree import check_consistency, consistency_path, range_root

_MOST_BYTES = 64 * 1024
_MOST_LINES = 4  # signatures of one witness: a note with a hundred of them is refused by everybody
_FORKED = 'stop all writers and keep the folder as it is; compare with a backup: "custodes ledger verify" checks each'

Post = Callable[[str, bytes], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What came of asking. size: of the checkpoint. by: witnesses that cosigned. refused: others, and why."""

    size: int
    by: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    counts: bool


def post(url: str, body: bytes) -> tuple[int, bytes]:
    """Status and body of one request. Raises OSError when nobody answers within ten seconds, or not as HTTP has it."""
    try:
        return _post(url, body)
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"no answer of HTTP ({type(error).__name__})") from error


def _post(url: str, body: bytes) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain; charset=utf-8"}, method="POST")  # noqa: S310 - checked by the caller
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return answer.status, answer.read(_MOST_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_MOST_BYTES)


def cosign(layout: Layout, key: VerifierKey, policy: Policy, *, ask: Post = post, disk: Disk | None = None) -> Cosigned:
    """Ask every witness of the policy that has a URL to cosign the signed checkpoint; keep it when a quorum did.

    key: the log's own. Raises LedgerBroken when a witness remembers a larger log, or another of this size, after all
    were asked: one that lies must not keep the others from cosigning. Raises CouldNotRun when the checkpoint cannot be
    kept.
    """
    try:
        note = layout.note(layout.checkpoint)
        head = open_checkpoint(note, key)
    except ProofRefused as error:
        raise LedgerBroken(
            f"the signed checkpoint is refused: {error}", where=str(layout.checkpoint), hint="restore it from a backup"
        ) from error
    except OSError as error:
        raise LedgerBroken(
            f"the signed checkpoint cannot be read ({error.strerror})",
            where=str(layout.checkpoint),
            hint="restore the file from a backup",
        ) from error
    by: list[str] = []
    refused: list[tuple[str, str]] = []
    alarm: LedgerBroken | None = None
    for name, url in policy.urls.items():
        try:
            note += _ask(layout, head, note, policy.witnesses[name], url.rstrip("/") + "/add-checkpoint", ask)
            by.append(name)
        except OSError:
            refused.append((name, "it does not answer"))
        except ProofRefused as error:
            refused.append((name, str(error)))
        except LedgerBroken as error:
            alarm = alarm or error
    trusted = replace(policy, logs={key.name: key})
    try:
        open_trusted(note, trusted)
    except ProofRefused:
        if alarm is not None:
            raise alarm from None
        return Cosigned(head.size, tuple(by), tuple(refused), counts=False)
    with writer_lock(layout.ledger, 30.0):
        place(disk or Disk(), layout.pending, layout.ledger, layout.witnessed, note)
    if alarm is not None:
        raise alarm
    return Cosigned(head.size, tuple(by), tuple(refused), counts=True)


def _ask(layout: Layout, head: Checkpoint, note: bytes, witness: VerifierKey, url: str, ask: Post) -> bytes:
    """The witness's signature lines over the head. Raises ProofRefused with the reason when there are none."""
    if not re.match(r"https?://", url):
        raise ProofRefused("its URL is none of http or https")
    old = 0
    for _ in range(3):  # it tells its size, and may have moved on in between
        status, body = ask(url, _request(layout, head, note, old))
        if status != 409:
            break
        if not re.fullmatch(rb"(0|[1-9][0-9]{0,18})\n", body):
            raise ProofRefused("its answer is none that a witness gives")
        old = int(body)
        if old > head.size:
            raise LedgerBroken(
                f"a witness has seen {old} leaves, this ledger has {head.size}: an older state was restored",
                where=url,
                hint=_FORKED,
            )
    if status in {409, 422}:
        raise LedgerBroken(
            "a witness has seen another history of this ledger, and refuses to cosign this one",
            where=url,
            hint=_FORKED,
        )
    if status != 200:
        raise ProofRefused(f"it answers {status}")
    opened = open_note(_body(note) + body, [witness])
    if opened.text != head.text:
        raise ProofRefused("it cosigned something else")
    lines = [line for line in body.split(b"\n") if line.startswith(f"\u2014 {witness.name} ".encode())]
    if len(lines) > _MOST_LINES:
        raise ProofRefused("its answer is none that a witness gives")
    return b"".join(line + b"\n" for line in lines)


def _request(layout: Layout, head: Checkpoint, note: bytes, old: int) -> bytes:
    path: tuple[bytes, ...] = ()
    if 0 < old < head.size:
        node = TileReader(layout.ledger, head.size).node
        path = consistency_path(node, old, head.size)
        check_consistency(old, head.size, path, range_root(node, 0, old), head.root)
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in path), "", ""]
    return "\n".join(lines).encode() + note


def _body(note: bytes) -> bytes:
    """The note's text and the line that separates it from signatures."""
    return note.rpartition(b"\n\n")[0] + b"\n\n"
