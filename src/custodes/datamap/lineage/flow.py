"""What flows into one value, and what is a set of rows made of?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from custodes.datamap.lineage.edges import STAR, Ref

Through = frozenset[str]
NOTHING: Through = frozenset()


class Flow(NamedTuple):
    """What one value is made of.

    direct: the columns whose value flows, each with the functions that all of its ways pass.
    indirect: the columns that only decide.
    """

    direct: Mapping[Ref, Through]
    indirect: frozenset[Ref]

    @property
    def all(self) -> frozenset[Ref]:
        """Every column that has any part in it."""
        return self.indirect.union(self.direct)


EMPTY = Flow({}, frozenset())


def merge(into: dict[Ref, Through], more: Mapping[Ref, Through], through: Through = NOTHING) -> None:
    """Add ways to `into`: where a column already flows, only the functions that both ways pass remain."""
    for ref, passed in more.items():
        way = passed | through if through else passed
        known = into.get(ref)
        into[ref] = way if known is None else known & way


def union(flows: Iterable[Flow]) -> Flow:
    """Several flows into one value."""
    direct: dict[Ref, Through] = {}
    indirect: set[Ref] = set()
    for flow in flows:
        merge(direct, flow.direct)
        indirect |= flow.indirect
    return Flow(direct, frozenset(indirect))


class Output(NamedTuple):
    """One column that a query gives.

    name: empty where the SQL names none. An open output stands for all the columns of something unknown: asking it for
    a name gives that column of `tables`, and `flow` besides.
    """

    name: str
    flow: Flow
    open: bool = False
    tables: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def named(self, name: str) -> Flow:
        """What flows into the column `name` of an open output."""
        if not self.tables:
            return self.flow
        direct = {Ref(table, name): NOTHING for table in self.tables}
        merge(
            direct,
            {ref: way for ref, way in self.flow.direct.items() if ref.column != STAR or ref.table not in self.tables},
        )
        return Flow(direct, self.flow.indirect)


def open_output(table: str) -> Output:
    """All the columns of a table that nobody described."""
    return Output(STAR, Flow({Ref(table, STAR): NOTHING}, frozenset()), open=True, tables=frozenset([table]))


@dataclass(slots=True)
class Relation:
    """A set of rows: a table, a query, a function in FROM.

    rows: the columns that decided which rows there are. tables: the datasets read beneath it.
    """

    outputs: list[Output] = field(default_factory=list)
    rows: frozenset[Ref] = frozenset()
    tables: frozenset[str] = frozenset()
    _places: dict[str, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may have columns that we do not know."""
        return any(output.open for output in self.outputs)

    def known(self, name: str) -> Flow | None:
        """The flow of a column that is there for certain; names that differ in case only are taken if none is equal."""
        if self._places is None:
            places: dict[str, int] = {}
            for place, output in enumerate(self.outputs):
                if not output.open:
                    places.setdefault(output.name, place)
                    places.setdefault(output.name.casefold(), place)
            self._places = places
        found = self._places.get(name, self._places.get(name.casefold()))
        return None if found is None else self.outputs[found].flow

    def guessed(self, name: str) -> Flow | None:
        """The flow of a column that an open output may have."""
        found = [o.named(name) for o in self.outputs if o.open and name.casefold() not in o.without]
        return union(found) if found else None

    def renamed(self, names: list[str]) -> Relation:
        """The same rows with the columns' names given from the left, as `AS t (a, b)` does."""
        if not names:
            return self
        if any(output.open for output in self.outputs[: len(names)]):
            return self._renamed_open(names)
        outputs = [o._replace(name=names[i]) if i < len(names) else o for i, o in enumerate(self.outputs)]
        outputs.extend(Output(name, EMPTY) for name in names[len(self.outputs) :])
        return Relation(outputs, self.rows, self.tables)

    def _renamed_open(self, names: list[str]) -> Relation:
        # Which of the unknown columns gets which name cannot be told: each may be any of them.
        everything = union(output.flow for output in self.outputs)
        return Relation([Output(name, everything) for name in names], self.rows, self.tables)
