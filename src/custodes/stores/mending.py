"""What can be done about a file that was read with mended or missing parts?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from custodes.stores.interface import Unreadable

CAME_BEFORE: Final = "what came before was read"
MISREAD: Final = "letters outside ASCII may be misread"


def refusal(problems: Sequence[str], what: str) -> Unreadable:
    """What to raise at the end of such a file. what: `rows` or `lines`."""
    ended = not any(problem.endswith(CAME_BEFORE) for problem in problems)
    return Unreadable("; ".join(problems), hint(problems, what), ended=ended)


def hint(problems: Sequence[str], what: str) -> str:
    """The next step after all of them; what: `rows` or `lines`. Says that the rest was read only where it was."""
    if any(problem.endswith(CAME_BEFORE) for problem in problems):
        return "restore the file from a backup, or list it under skip with a reason"
    if all(problem.endswith(MISREAD) for problem in problems):
        return f"save the file as UTF-8, or list it under skip with a reason; all its {what} were read"
    return f"repair the file where these {what} matter; everything else was read"
