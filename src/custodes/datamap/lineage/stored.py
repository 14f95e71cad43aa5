"""Which column flows into which, by the SQL that a store itself keeps?

Definitions are read one after the other with one memory, so that a trigger meets its function. Of statements that were
run each is read by itself: what one created or renamed once says nothing of what is there now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from custodes.datamap.lineage.edges import Edge
from custodes.datamap.lineage.knowledge import Knowledge
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.procedures import CALLED
from custodes.datamap.lineage.trace import Tracer
from custodes.stores.definitions import Definition, Definitions


@dataclass(frozen=True, slots=True)
class Traced:
    """What one definition or statement makes flow; edges to whoever runs a bare SELECT are not among them."""

    definition: Definition
    edges: tuple[Edge, ...]
    gaps: tuple[str, ...]


def follow_stored(kept: Definitions, advance: Callable[[str], None] = lambda _place: None) -> Iterator[Traced]:
    """Each definition with its edges and gaps, in the order of `kept.found`. Raises nothing on any SQL."""
    made = [one for one in kept.found if one.kind != "statements"]
    tracer = _tracer(kept)
    yield from _defined(tracer, made, advance)
    # What made a trigger's function need not say which trigger, nor in which schema: that is known.
    attached = {form for gap in tracer.session.attached for form in (gap, _unqualified(gap))}
    tracer = _tracer(kept)
    for one in kept.found:
        if one.kind == "statements":
            plain = replace(one, sql=_texts(one.sql)) if kept.dialect == "postgres" else one
            edges, gaps = _read(tracer, plain, advance)
            tracer.session.knowledge.forget()
            # A SELECT that was understood and goes to nobody but its caller leaves nothing open.
            understood = not edges and bool(tracer.session.edges)
            yield Traced(one, edges, () if understood else tuple(gap for gap in gaps if gap not in attached))


def _unqualified(gap: str) -> str:
    """The reason with the name at its end without a schema."""
    front, blank, name = gap.rpartition(" ")
    return f"{front}{blank}{name.rpartition('.')[2]}"


def _texts(sql: str) -> str:
    """The statement with a text where PostgreSQL writes `$1` for a constant: it does so behind `date`, too."""
    return _CONSTANT.sub(lambda found: f"'{found[2]}'" if found[2] else found[0], sql)


_CONSTANT: Final = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$([A-Za-z_]\w*|)\$.*?\$\1\$ | (\$\d+)""",
    re.DOTALL | re.VERBOSE,
)


def _defined(tracer: Tracer, made: list[Definition], advance: Callable[[str], None]) -> Iterator[Traced]:
    found: list[tuple[Definition, tuple[Edge, ...], tuple[str, ...]]] = []
    for one in made:
        edges, gaps = _read(tracer, one, advance)
        found.append((one, edges, gaps))
    procedures = tuple(f"{CALLED}{name[0]}," for name in tracer.session.procedures if name)
    attached = tracer.session.attached
    for one, edges, gaps in found:
        # A routine may be called before it is defined, and a trigger's function comes before its trigger.
        left = tuple(gap for gap in gaps if not gap.startswith(procedures) and gap not in attached)
        yield Traced(one, edges, left)


def _tracer(kept: Definitions) -> Tracer:
    names = Names(kept.dialect)
    return Tracer("", names, Knowledge(names, kept.columns))


def _read(tracer: Tracer, one: Definition, advance: Callable[[str], None]) -> tuple[tuple[Edge, ...], tuple[str, ...]]:
    advance(one.place)
    session = tracer.session
    session.edges.clear()
    session.uncovered.clear()
    session.written.clear()
    session.sources = (0, set())
    session.file = one.place
    default = (one.default_schema,) if one.default_schema else ()
    session.names.default = (one.catalogue, one.default_schema) if one.catalogue else default
    tracer.number = 0
    tracer.script(one.sql)
    edges = tuple(edge for edge in session.edges if edge.target.table)
    return edges, tuple(dict.fromkeys(gap.reason for gap in session.uncovered))
