"""Which records does a rule match? Its parsed condition as SQL over the columns that its fields are in.

Sigma knows true and false; SQL also knows unknown, which a comparison with an absent field is. Every `not` takes
unknown for false first, so that `selection and not filter` still matches a record that has not the filter's field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionType,
    ConditionValueExpression,
)
from sigma.types import SigmaExists, SigmaExpansion, SigmaFieldReference, SigmaNull, SigmaType

from custodes.sigma.rule import CannotCompile
from custodes.sigma.value import Test, anywhere, literal, plain_text, test_of

_TOGETHER: Final = 100  # operands side by side: longer chains are grouped, for DuckDB nests them in each other


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of rules are: the SQL of each field's column, a text, or a list of texts for those in listed.

    Of a list any may match. keywords: the SQL of a text that holds all values of a record.
    """

    column: Mapping[str, str]
    listed: frozenset[str] = frozenset()
    keywords: str | None = None

    def of(self, field: str) -> str:
        """The SQL of the field's column. Raises CannotCompile where there is none."""
        try:
            return self.column[field]
        except KeyError:
            raise CannotCompile(
                f'the events have no field "{field}"', f"one of: {', '.join(sorted(self.column))}"
            ) from None


def where(trees: Sequence[ConditionType], columns: Columns) -> str:
    """The condition of a rule, any of whose trees may hold. Raises CannotCompile."""
    return _joined([_condition(tree, columns) for tree in trees], "or")


def expressions(
    tree: object,
) -> Iterator[ConditionFieldEqualsValueExpression | ConditionValueExpression]:
    """The comparisons in a condition. Without recursion: rules can be nested deep."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ConditionFieldEqualsValueExpression | ConditionValueExpression):
            yield node
        elif isinstance(node, ConditionItem):
            waiting.extend(node.args)


def fields_of(trees: Iterable[ConditionType]) -> frozenset[str]:
    """The names of the fields that are compared, or compared with."""
    found = set()
    for tree in trees:
        for one in expressions(tree):
            if isinstance(one, ConditionFieldEqualsValueExpression):
                found.add(one.field)
                found.update(value.field for value in _spread(one.value) if isinstance(value, SigmaFieldReference))
    return frozenset(found)


def has_keywords(trees: Iterable[ConditionType]) -> bool:
    """Whether words are looked for that no field is named for."""
    return any(isinstance(one, ConditionValueExpression) for tree in trees for one in expressions(tree))


def _condition(tree: object, columns: Columns) -> str:
    if isinstance(tree, ConditionAND):
        return _joined([_condition(one, columns) for one in tree.args], "and")
    if isinstance(tree, ConditionOR):
        return _joined(_alternatives(tree, columns), "or")
    if isinstance(tree, ConditionNOT):
        return f"not coalesce({_condition(tree.args[0], columns)}, false)"
    if isinstance(tree, ConditionFieldEqualsValueExpression):
        return _compared(tree.field, tree.value, columns)
    if isinstance(tree, ConditionValueExpression):
        if columns.keywords is None:
            raise CannotCompile("it looks for words without a field, and these events have no such text")
        text = columns.keywords
        return _joined([anywhere(value)(text) for value in _spread(tree.value)], "or")
    raise CannotCompile("a part of its condition is empty" if tree is None else "a part of its condition is not known")


def _alternatives(tree: ConditionOR, columns: Columns) -> list[str]:
    """The operands, with the plain texts of one field as one list: rules name thousands of them."""
    texts: dict[str, list[str]] = {}
    others: list[str] = []
    for one in tree.args:
        text = plain_text(one.value) if isinstance(one, ConditionFieldEqualsValueExpression) else None
        if isinstance(one, ConditionFieldEqualsValueExpression) and text is not None:
            texts.setdefault(one.field, []).append(text)
        else:
            others.append(_condition(one, columns))
    for field, values in texts.items():
        listed = ", ".join(f"lower({literal(value)})" for value in values)
        others.append(_on(field, lambda text, listed=listed: f"lower({text}) in ({listed})", columns))  # type: ignore[misc]  # the default binds the loop's value
    return others


def _compared(field: str, value: SigmaType, columns: Columns) -> str:
    column = columns.of(field)
    if isinstance(value, SigmaNull):
        return f"{column} is null"
    if isinstance(value, SigmaExists):
        return f"{column} is not null" if value.exists else f"{column} is null"
    if isinstance(value, SigmaExpansion):
        return _joined([_compared(field, one, columns) for one in value.values], "or")
    if isinstance(value, SigmaFieldReference):
        return _on(field, lambda text: _on(value.field, _likened(text, value), columns, "y"), columns)
    return _on(field, test_of(value), columns)


def _on(field: str, test: Test, columns: Columns, name: str = "x") -> str:
    column = columns.of(field)
    if field not in columns.listed:
        return test(column)
    return f"(len(list_filter({column}, lambda {name}: coalesce({test(name)}, false))) > 0)"


def _likened(text: str, other: SigmaFieldReference) -> Test:
    """How another field's text is compared with this one: wildcards in it are characters like any other."""
    if other.starts_with and other.ends_with:
        return lambda its: f"contains(lower({text}), lower({its}))"
    if other.starts_with:
        return lambda its: f"starts_with(lower({text}), lower({its}))"
    if other.ends_with:
        return lambda its: f"suffix(lower({text}), lower({its}))"
    return lambda its: f"lower({text}) = lower({its})"


def _spread(value: SigmaType) -> Iterator[SigmaType]:
    if isinstance(value, SigmaExpansion):
        for one in value.values:
            yield from _spread(one)
    else:
        yield value


def _joined(operands: list[str], word: str) -> str:
    if not operands:
        raise CannotCompile("a part of its condition is empty")
    while len(operands) > _TOGETHER:
        operands = [
            f"({f' {word} '.join(operands[start : start + _TOGETHER])})" for start in range(0, len(operands), _TOGETHER)
        ]
    return operands[0] if len(operands) == 1 else f"({f' {word} '.join(operands)})"
