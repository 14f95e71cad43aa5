"""Does every category find its own examples, and leave alone what it must?"""

from __future__ import annotations

from collections.abc import Sequence

from custodes.datamap.category import CategoryRules
from custodes.datamap.category_keys import PAGE
from custodes.datamap.headers import fold
from custodes.datamap.recognise import Recogniser
from custodes.datamap.values import SHAPES


def check_examples(categories: Sequence[CategoryRules]) -> list[str]:
    """What is wrong, one sentence each, naming the file and which example; empty where all is well.

    An example is one of `column.values`, or is looked for in text with this category's patterns alone; without patterns
    its shape is asked.
    """
    problems = []
    for rules in categories:
        recogniser = Recogniser([rules])
        for key, examples, wanted in (("match", rules.match, True), ("no_match", rules.no_match, False)):
            for number, example in enumerate(examples):
                if _holds(rules, recogniser, example) is not wanted:
                    verb = "is not recognised" if wanted else "is recognised, and must not be"
                    problems.append(f"{rules.file}: {key}[{number}] {verb}{_hint(rules, wanted=wanted)}")
    return problems


def _hint(rules: CategoryRules, *, wanted: bool) -> str:
    """What its author should know, where the patterns are such that the value alone cannot tell."""
    if not wanted or not any(pattern.weak for pattern in rules.patterns):
        return ""
    words = (
        "a word of text.boost before the value" if rules.boost else "text.boost, and one of its words in the example"
    )
    return f": a weak pattern needs {words} (in a column, its name in column.headers): see {PAGE}"


def _holds(rules: CategoryRules, recogniser: Recogniser, example: str) -> bool:
    if fold(example.strip()) in rules.column.values:
        return True
    if rules.patterns:
        return bool(recogniser.text(example))
    return rules.column.shape is not None and SHAPES[rules.column.shape](example)
