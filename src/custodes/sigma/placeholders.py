"""What do a rule's placeholders stand for? `%admins%` becomes each of the values that the owner gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sigma.conditions import ConditionType
from sigma.types import Placeholder, SigmaExpansion, SigmaString, SigmaType

from custodes.sigma.condition import expressions
from custodes.sigma.rule import CannotCompile


def filled(tree: ConditionType, values: Mapping[str, Sequence[str]]) -> ConditionType:
    """The same condition, each value with a placeholder one of its fillings. Raises CannotCompile for an unknown one.

    The tree is the rule's own copy and is changed.
    """
    for one in expressions(tree):
        one.value = _filled(one.value, values)
    return tree


def _filled(value: SigmaType, values: Mapping[str, Sequence[str]]) -> SigmaType:
    if isinstance(value, SigmaExpansion):
        return SigmaExpansion([_filled(one, values) for one in value.values])
    # In a regular expression a value would be read as an expression, too: that one is refused where it is compiled.
    if not isinstance(value, SigmaString) or not value.contains_placeholder():
        return value

    def given(placeholder: Placeholder) -> Iterator[Any]:
        known = values.get(placeholder.name)
        if not known:
            raise CannotCompile(
                f"the placeholder %{placeholder.name}% has no values",
                f'add {placeholder.name} = ["..."] under [sigma.placeholders]',
            )
        yield from known  # as texts: their stars are stars

    kind = type(value)
    found: list[SigmaType] = []
    for one in value.replace_placeholders(given):
        made = kind()
        made.s, made.original = one.s, value.original
        found.append(made)
    return found[0] if len(found) == 1 else SigmaExpansion(found)
