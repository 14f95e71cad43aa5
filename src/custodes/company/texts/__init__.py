"""How well is text read? Lines of logs, tickets, chats and code with values planted at known places.

`lines(seed, rows)` makes them. Needs the extra `evaluate`, as the columns do.
"""

from custodes.company.texts.line import Line, Plant
from custodes.company.texts.make import TEXT_KINDS, lines

__all__ = ["TEXT_KINDS", "Line", "Plant", "lines"]
