"""How is it asked for at a terminal? The one place that prints and exits.

Rooms are imported only when a command runs, so that `custodes --help` answers at once.
"""

from __future__ import annotations

from custodes.cli.app import main

__all__ = ["main"]
