"""Does every category find its own examples, and leave alone what it must?"""

from __future__ import annotations

from collections.abc import Sequence

from custodes.datamap.category import CategoryRules
from custodes.datamap.recognise import Recogniser
from custodes.datamap.values import SHAPES


def check_examples(categories: Sequence[CategoryRules]) -> list[str]:
    """What is wrong, one sentence each, naming the file and which example; empty where all is well.

    An example is looked for in text with this category's patterns alone; without patterns its shape is asked.
    """
    problems = []
    for rules in categories:
        recogniser = Recogniser([rules])
        for key, examples, wanted in (("match", rules.match, True), ("no_match", rules.no_match, False)):
            for number, example in enumerate(examples):
                if _holds(rules, recogniser, example) is not wanted:
                    verb = "is not recognised" if wanted else "is recognised, and must not be"
                    problems.append(f"{rules.file}: {key}[{number}] {verb}")
    return problems


def _holds(rules: CategoryRules, recogniser: Recogniser, example: str) -> bool:
    if rules.patterns:
        return bool(recogniser.text(example))
    return SHAPES[rules.column.shape or ""](example)
