"""Which words of a command line can be taken as they are?

Typer checks each word by pydantic, which takes longer to load than many commands take to run. A text that may be any
text, a path that may be any path, and an option that was not given need no check; all else goes the usual way.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperGroup, TyperOption


class Words(TyperGroup):
    """Commands, and those below them, whose plain words are taken as they are."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does it."""
        _ease(self, ctx)
        return super().parse_args(ctx, args)


class _Plain:
    """What typer asks to coerce a value; `rest` is asked where the value needs a look."""

    def __init__(self, kind: object, rest: Any) -> None:
        self._kind = kind
        self._rest = rest

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if param.multiple or param.nargs != 1:
            return self._rest().coerce(value, param=param, ctx=ctx)
        if value is None or (self._kind is str and isinstance(value, str)):
            return value
        # A path that is there and may not be read is refused in typer's words.
        if self._kind is Path and isinstance(value, (str, Path)) and (not Path(value).exists() or _readable(value)):
            return Path(value)
        return self._rest().coerce(value, param=param, ctx=ctx)


def _readable(path: str | Path) -> bool:
    return os.access(path, os.R_OK)


def _ease(command: Any, ctx: Any) -> None:
    for param in (*command.params, command.get_help_option(ctx)):
        if isinstance(param, (TyperArgument, TyperOption)) and not _is_bound(param):
            plain = _Plain(param.type_descriptor.annotation, param.get_runtime_param)
            param.get_runtime_param = lambda plain=plain: plain  # type: ignore[method-assign, misc]
    for below in getattr(command, "commands", {}).values():
        _ease(below, ctx)


def _is_bound(param: TyperArgument | TyperOption) -> bool:
    """Whether the option says more of its value than its type."""
    told = param.type_descriptor.parameter_info
    paths = (told.exists, not told.file_okay, not told.dir_okay, told.writable, told.resolve_path, told.path_type)
    return told.parser is not None or any(paths)
