"""Who and what does one logged statement touch, its values put back in the place of its slots?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from custodes.events.sql_dialects import POSTGRES, Dialect
from custodes.events.sql_nouns import Plan, Touch
from custodes.events.sql_plan import Planner
from custodes.events.sql_slots import Slotted, filled, slotted
from custodes.events.sql_subjects import Subjects
from custodes.events.unfit import Unfit, bounded

_PLANS: Final = 5_000  # statement shapes remembered


@dataclass(frozen=True, slots=True)
class Seen:
    """One dataset one operation of a text touches, for one subject. number: of the operation, from 1."""

    number: int
    touch: Touch
    subject: str | None

    def of(self, event_id: str) -> str:
        """The id of its operation, when the text's own is event_id."""
        return event_id if self.number == 1 else f"{event_id}.{self.number}"


class Statements:
    """Statements of one log understood by shape: those that differ in values alone are parsed once.

    subjects: see `Subjects`. columns: `schema.table` to column names, for a star.
    """

    def __init__(
        self,
        subjects: Mapping[str, str] | None = None,
        columns: Mapping[str, Sequence[str]] | None = None,
        dialect: Dialect = POSTGRES,
    ) -> None:
        self._planner = Planner(Subjects(subjects), columns or {}, dialect)
        self._dialect = dialect
        self._known: dict[tuple[str, str | None], tuple[Plan, ...] | None] = {}

    def seen(self, sql: str, bound: Mapping[str, str | None], schema: str | None = None) -> list[Seen]:
        """What a text touches: each statement in it is an operation, each subject of it a row.

        bound: see `slotted`. schema: where tables lie that name none. Raises Unfit when it is not understood.
        """
        plans, values = self._understood(sql, bound, schema)
        found: list[Seen] = []
        for number, plan in enumerate((plan for plan in plans if plan.touches), start=1):
            subjects = dict.fromkeys(subject for wanted in plan.subjects for subject in wanted.ids(values))
            bounded(len(found) + len(plan.touches) * len(subjects))
            for touch in plan.touches:
                told = touch if subjects else _with_shape(touch, plan)
                if told.action in {"grant", "revoke"} and told.object is not None:
                    told = replace(told, object=filled(told.object, values))
                found += [Seen(number, told, subject) for subject in subjects or (None,)]
        return found

    def _understood(
        self, sql: str, bound: Mapping[str, str | None], schema: str | None
    ) -> tuple[tuple[Plan, ...], tuple[str | None, ...]]:
        by_shape = slotted(sql, bound, dialect=self._dialect)
        plans = self._remembered(by_shape, schema)
        if plans is not None:
            return plans, by_shape.values
        # A number may stand where only a number can: numeric(10, 2).
        numbered = slotted(sql, bound, numbers=False, dialect=self._dialect)
        return self._planner.plans(numbered.sql, schema), numbered.values

    def _remembered(self, statement: Slotted, schema: str | None) -> tuple[Plan, ...] | None:
        key = (statement.sql, schema)
        if key not in self._known:
            if len(self._known) >= _PLANS:
                self._known.clear()
            try:
                self._known[key] = self._planner.plans(statement.sql, schema)
            except Unfit:
                self._known[key] = None
        return self._known[key]


def _with_shape(touch: Touch, plan: Plan) -> Touch:
    """`customer where last_name = ?`: what was asked for, when nobody in particular was."""
    if touch.object is not None or plan.shape is None:
        return touch
    table = touch.dataset.rpartition(".")[2]
    return Touch(touch.action, touch.dataset, touch.fields, f"{table} where {plan.shape}")
