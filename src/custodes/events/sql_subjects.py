"""Whose data does a condition ask for? An equality (or IN list) on a column that names a subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from custodes.events.sql_slots import slot_number

_KINDS: Final = ("customer", "user", "account", "client", "member", "patient")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One subject: its kind, and the slot its id is in (or the id itself). many: the slot holds an array."""

    kind: str
    slot: int | None
    text: str | None = None
    many: bool = False

    def ids(self, values: tuple[str | None, ...]) -> list[str]:
        """`customer:42`; none where the value was not logged."""
        text = self.text if self.slot is None else values[self.slot]
        if text is None:
            return []
        items = text.strip("{}").split(",") if self.many else [text]
        return [f"{self.kind}:{item.strip().strip(chr(34))}" for item in items if item.strip()]


class Subjects:
    """Which columns name a subject.

    given: column or `table.column` to kind. Without any: `customer_id`, `user_id`, `account_id`, `client_id`,
    `member_id`, `patient_id` anywhere, and `id` in a table named after one of them (singular or plural).
    """

    def __init__(self, given: Mapping[str, str] | None) -> None:
        self._given = {column.lower(): kind for column, kind in (given or {}).items()}

    def kind(self, table: str, column: str) -> str | None:
        """The kind of subject this column names, None for any other column."""
        column = column.lower()
        if self._given:
            return self._given.get(f"{table}.{column}") or self._given.get(column)
        kind = column.removesuffix("_id")
        if column != kind and kind in _KINDS:
            return kind
        owner = table.removesuffix("s")
        return owner if column == "id" and owner in _KINDS else None


def wanted(tree: exp.Expr, subjects: Subjects) -> tuple[Wanted, ...]:
    """Every subject the statement names, each once, in the order of the text."""
    names = {table.alias_or_name.lower(): table.name.lower() for table in tree.find_all(exp.Table)}
    only = next(iter(names.values())) if len(names) == 1 else ""
    conditions = _Conditions(subjects, names, only)
    found: list[Wanted] = []
    for holder in tree.find_all(exp.Where, exp.Join, exp.Merge):
        condition = holder.this if isinstance(holder, exp.Where) else holder.args.get("on")
        if condition is not None:
            found += conditions.of(condition)
    for insert in tree.find_all(exp.Insert):
        found += _inserted(insert, subjects)
    return tuple(dict.fromkeys(found))


class _Conditions:
    """Reads conditions of one statement. names: alias to table. only: the table, when there is but one."""

    def __init__(self, subjects: Subjects, names: Mapping[str, str], only: str) -> None:
        self._subjects = subjects
        self._names = names
        self._only = only

    def of(self, condition: exp.Expr) -> list[Wanted]:
        node = condition.unnest()
        if isinstance(node, exp.And):
            return [item for part in node.flatten() for item in self.of(part)]
        if isinstance(node, exp.Or):
            # A customer named on one side only narrows nothing.
            sides = [self.of(part) for part in node.flatten()]
            return [item for side in sides for item in side] if all(sides) else []
        if isinstance(node, exp.EQ):
            return self._equal(node.this, node.expression) or self._equal(node.expression, node.this)
        if isinstance(node, exp.In):
            values = [_value(item) for item in node.expressions]
            kind = self._kind(node.this)
            if kind and values and all(value is not None for value in values):
                return [Wanted(kind, *value) for value in values if value is not None]
        return []

    def _equal(self, column: exp.Expr, value: exp.Expr) -> list[Wanted]:
        kind = self._kind(column)
        if kind is None:
            return []
        if isinstance(value, exp.Any):
            inner = value.this.unnest()
            array = inner.this.unnest() if isinstance(inner, exp.Cast) else inner
            if isinstance(array, exp.Array):
                found = [_value(item) for item in array.expressions]
                return [Wanted(kind, *item) for item in found if item is not None]
            whole = _value(array)
            return [Wanted(kind, *whole, many=True)] if whole else []
        single = _value(value)
        return [Wanted(kind, *single)] if single else []

    def _kind(self, node: exp.Expr) -> str | None:
        column = node.unnest()
        while isinstance(column, exp.Cast):
            column = column.this.unnest()
        if not isinstance(column, exp.Column) or isinstance(column.this, exp.Star):
            return None
        table = self._names.get(column.table.lower(), "") if column.table else self._only
        return self._subjects.kind(table, column.name)


def _inserted(insert: exp.Insert, subjects: Subjects) -> Iterator[Wanted]:
    schema, values = insert.this, insert.args.get("expression")
    if not isinstance(schema, exp.Schema) or not isinstance(values, exp.Values):
        return
    table = schema.this.name.lower()
    kinds = [subjects.kind(table, column.name) for column in schema.expressions]
    for row in values.expressions:
        for kind, item in zip(kinds, getattr(row, "expressions", ()), strict=False):
            value = _value(item) if kind else None
            if kind and value:
                yield Wanted(kind, *value)


def _value(node: exp.Expr) -> tuple[int | None, str | None] | None:
    """The slot of a value, or the value; None for anything that is computed."""
    node = node.unnest()
    while isinstance(node, exp.Cast):
        node = node.this.unnest()
    if not isinstance(node, exp.Literal):
        return None
    slot = slot_number(node.name)
    return (slot, None) if slot is not None else (None, node.name)
