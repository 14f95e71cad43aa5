"""What is known and allowed, though a check claims it? For a while, and told wherever it keeps a claim back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from custodes.records.finding import Finding

Turn = Literal["made", "withdrawn"]

# What a scope can be limited to, as a finding calls it, in the order of Scope. Of a dataset, what lies in it, too.
LIMITS: Final = ("actors", "parties", "clients", "keys", "datasets")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which findings are meant: those of one check, whose every actor, party, client, key and dataset is named here.

    An empty part limits nothing. A part that is named is not fitted by a finding that has none of the kind: nothing
    says that it is the same thing. Nor do named actors stand for somebody whom a finding cannot name.
    """

    check: str
    actors: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        """Whether it names anything but the check."""
        return any(getattr(self, name) for name in LIMITS)

    def covers(self, finding: Finding) -> bool:
        """Whether the whole of a finding is inside."""
        if finding.check != self.check:
            return False
        if self.actors and finding.unnamed:
            return False
        named = (
            (self.actors, finding.actors),
            (self.parties, finding.parties),
            (self.clients, finding.clients),
            (self.keys, finding.keys),
        )
        for allowed, has in named:
            if allowed and not (has and set(has) <= set(allowed)):
                return False
        inside = finding.datasets and all(_within(one, self.datasets) for one in finding.datasets)
        return not self.datasets or bool(inside)

    def told(self) -> str:
        """In words: the check, and what it is limited to."""
        parts = [f"{name} {', '.join(getattr(self, name))}" for name in LIMITS if getattr(self, name)]
        return f"{self.check} of {'; '.join(parts)}" if parts else f"{self.check}, every finding"


@dataclass(frozen=True, slots=True)
class Exemption:
    """One decision about findings. id: `E-` and its number among all that were made, in the ledger's order.

    turn: `made`, or `withdrawn`, which ends the one of the same id. by: `user:<login name>`. why: the reason in the
    words of who decided. until: when it ends by itself; no one is without end.
    """

    id: str
    scope: Scope
    turn: Turn
    by: str
    why: str
    time: datetime
    until: datetime

    def in_force(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return self.turn == "made" and now < self.until


def covering(finding: Finding, exemptions: Iterable[Exemption]) -> tuple[Exemption, ...]:
    """All of these that cover the finding: none hides behind another."""
    return tuple(one for one in exemptions if one.scope.covers(finding))


@dataclass(frozen=True, slots=True)
class Excepted:
    """A finding that exceptions keep out of every incident: never silently, so all of them travel on."""

    finding: Finding
    by: tuple[Exemption, ...]


def _within(dataset: str, allowed: Iterable[str]) -> bool:
    return any(dataset == one or dataset.startswith((f"{one}.", f"{one}/")) for one in allowed)
