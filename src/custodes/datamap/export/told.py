"""What is told in an export? The map, what the owner states of it, and all that is not known or not stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from custodes.records import Category, Copy, Examined, Field, FlowEdge, Skipped, Suppressed
from custodes.records.processing import NOT_STATED, Controller, Keeping, Processing

NONE: Final = "none"
_FEW: Final = 20  # names in one cell


@dataclass(frozen=True, slots=True)
class MapTold:
    """Everything that an export may say.

    made: when. examined: with rulings applied. categories: by id, all that are known. gaps: what was asked for and not,
    or not wholly, covered. vaults: full names of stores and datasets. first_seen: by (store, dataset), when its oldest
    verdict was first told. namespaces: by store, the OpenLineage namespace and what stands before a dataset's name.
    """

    name: str
    made: datetime
    examined: tuple[Examined, ...]
    categories: Mapping[str, Category]
    controller: Controller = field(default_factory=Controller)
    processing: tuple[Processing, ...] = ()
    stores: tuple[Keeping, ...] = ()
    vaults: frozenset[str] = frozenset()
    copies: tuple[Copy, ...] = ()
    flows: tuple[FlowEdge, ...] = ()
    gaps: tuple[Skipped, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    first_seen: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    namespaces: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # The flows by either end: each dataset asks for its own, and there may be many of both.
    _leading: dict[tuple[str, str, str], list[FlowEdge]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for edge in self.flows:
            self._leading.setdefault(("from", *edge.source[:2]), []).append(edge)
            self._leading.setdefault(("to", *edge.target[:2]), []).append(edge)

    def personal(self) -> tuple[Examined, ...]:
        """The datasets with personal data."""
        return tuple(one for one in self.examined if one.verdicts)

    def activities(self, store: str, dataset: str) -> tuple[Processing, ...]:
        """The processing activities that the owner says this dataset is part of."""
        return tuple(one for one in self.processing if one.names(store, dataset) is not None)

    def keeping(self, store: str) -> Keeping:
        """What holds for a store; nothing is stated of one that is no longer configured."""
        return next((one for one in self.stores if one.store == store), Keeping(store, ""))

    def vault(self, store: str, dataset: str) -> bool:
        """Whether cards and credentials may live there."""
        return store in self.vaults or f"{store}.{dataset}" in self.vaults

    def category(self, verdict: Field) -> Category:
        """A verdict's category. One that no longer exists is taken to be of the worst kind."""
        return self.categories.get(verdict.category, Category(verdict.category, verdict.category, "", 5))

    def titles(self, one: Examined) -> tuple[str, ...]:
        """The kinds of personal data in a dataset, the most sensitive first."""
        kinds = {self.category(verdict) for verdict in one.verdicts}
        return tuple(dict.fromkeys(kind.title for kind in sorted(kinds, key=lambda kind: (-kind.sensitivity, kind.id))))

    def owner(self, one: Examined, activity: Processing | None) -> str:
        """Who answers for a dataset: its activity's owner, else the store's; empty where nobody is named."""
        return (activity.owner if activity else "") or self.keeping(one.store).owner

    def security(self, one: Examined, activity: Processing | None) -> tuple[str, ...]:
        """The security measures of the activity and of the store."""
        return tuple(dict.fromkeys((*(activity.security if activity else ()), *self.keeping(one.store).security)))

    def flows_out(self, store: str, dataset: str) -> tuple[FlowEdge, ...]:
        """The flows of values from a dataset into others."""
        return tuple(
            edge
            for edge in self._leading.get(("from", store, dataset), ())
            if edge.kind == "direct" and edge.target[:2] != (store, dataset)
        )

    def flows_in(self, store: str, dataset: str) -> tuple[FlowEdge, ...]:
        """The flows of values from other datasets into this one."""
        return tuple(
            edge for edge in self.into(store, dataset) if edge.kind == "direct" and edge.source[:2] != (store, dataset)
        )

    def into(self, store: str, dataset: str) -> tuple[FlowEdge, ...]:
        """Everything that leads into a dataset, direct or not, its own fields included."""
        return tuple(self._leading.get(("to", store, dataset), ()))

    def missing(self) -> Iterator[tuple[str, str]]:
        """What the owner has not stated: (of what, which things)."""
        wanted = {"name": self.controller.name, "contact": self.controller.contact}
        if lacking := [key for key, value in wanted.items() if not value]:
            yield "controller", ", ".join(lacking)
        for one in self.processing:
            said = {
                "purposes": bool(one.purposes),
                "legal basis": bool(one.basis),
                "categories of data subjects": bool(one.subjects),
                "recipients": one.recipients is not None,
                "transfers": one.transfers is not None,
                "time limits for erasure": bool(one.retention),
            }
            if lacking := [key for key, value in said.items() if not value]:
                yield f"processing.{one.name}", ", ".join(lacking)
        for each in self.personal():
            activities = self.activities(each.store, each.dataset)
            lacking = [] if activities else ["processing activity"]
            lacking += ["owner"] * (not all(self.owner(each, one) for one in activities or (None,)))
            lacking += ["security measures"] * (not all(self.security(each, one) for one in activities or (None,)))
            if lacking:
                yield f"{each.store}.{each.dataset}", ", ".join(lacking)


def far(one: Examined) -> str:
    """How far a dataset was read, in words."""
    if one.rows_total is None:
        return f"{one.rows_read:,} rows read, of an unknown number"
    told = f"{one.rows_read:,} of {one.rows_total:,} rows read"
    return f"{told}, a fair sample" if one.sampled and one.rows_read < one.rows_total else told


def sure(verdict: Field) -> str:
    """A verdict's confidence in whole percent; never rounded up to certainty."""
    percent = round(100 * verdict.confidence)
    return f"{99 if percent == 100 and verdict.confidence < 1 else percent} %"


def listed(items: Iterator[str] | tuple[str, ...] | list[str], empty: str = NOT_STATED, most: int = 0) -> str:
    """One cell for several texts; what is empty is said in words. most: how many are named, 0 for all."""
    told = list(dict.fromkeys(items))
    if most and len(told) > most:
        told = [*told[:most], f"and {len(told) - most:,} more"]
    return "; ".join(told) or empty


def ends(edges: tuple[FlowEdge, ...], end: str) -> str:
    """The datasets at the other ends of flows, as one cell."""
    names = []
    for edge in edges:
        place = edge.target if end == "target" else edge.source
        name = place.full_dataset
        names.append(name if place.store else f"outside of every store: {name}")
    return listed(sorted(set(names)), "none known", _FEW)
