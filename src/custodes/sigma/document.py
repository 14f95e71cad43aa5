"""Which documents does a rule's file hold? Plain data only, and nothing that could cost more than it is worth."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from custodes.sigma.rule import CannotCompile

LARGEST: Final = 1 << 20  # bytes of a file of rules
_MOST: Final = 4 * LARGEST  # characters, each alias counted as what it stands for
_RULES: Final = "is it a file of rules?"
_DEEPEST: Final = 64  # levels: the compiled loader ends the process where text is nested too deep for the stack


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen as it runs
    """A key that is written twice would lose the half of a condition that stands under the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f'key "{key}" appears twice', key_node.start_mark)
            seen.add(key)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def documents(file: Path) -> list[dict[str, Any]]:
    """The mappings in a file, empty documents left out. Raises CannotCompile with what is wrong and where."""
    try:
        if file.stat().st_size > LARGEST:
            raise CannotCompile("the file is larger than 1 MiB", _RULES)
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CannotCompile("the file cannot be read", error.strerror or "check the file") from error
    except UnicodeDecodeError as error:
        raise CannotCompile("the file is not UTF-8", "save it as UTF-8") from error
    try:
        _must_be_flat(text)
        found = [one for one in yaml.load_all(text, Loader=_Loader) if one is not None]
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise CannotCompile(f"the file is no YAML{place}", str(problem)) from error
    if not all(isinstance(one, dict) and all(isinstance(key, str) for key in one) for one in found):
        raise CannotCompile("a document of the file is no mapping of keys", "start with title: and logsource:")
    return found


def _must_be_flat(text: str) -> None:  # noqa: PLR0912 - one branch for each kind of event
    """Before anything is made of it: an alias stands for all of what it names, each time anew."""
    named: dict[str, tuple[int, int]] = {}  # characters and levels, by anchor
    above: list[tuple[str | None, int, int]] = []  # anchor, characters, levels of each that is not over yet
    total = 0
    for event in yaml.parse(text, Loader=_Loader):
        anchor, size, levels = getattr(event, "anchor", None), 1, 0
        if isinstance(event, yaml.events.CollectionStartEvent):
            above.append((anchor, 1, 0))
            if len(above) > _DEEPEST:
                raise CannotCompile("the file is nested too deep", _RULES)
            continue
        if isinstance(event, yaml.events.CollectionEndEvent):
            anchor, size, levels = above.pop()
            levels += 1
        elif isinstance(event, yaml.events.AliasEvent):
            if anchor not in named:
                raise CannotCompile(f'the anchor "{anchor}" holds itself, or is nowhere', "write its values out")
            size, levels = named[anchor]
            anchor = None
        elif isinstance(event, yaml.events.ScalarEvent):
            size += len(event.value)
        else:
            named = {} if isinstance(event, yaml.events.DocumentStartEvent) else named
            continue
        if anchor is not None:
            named[anchor] = size, levels
        if above:
            outer, so_far, deepest = above[-1]
            above[-1] = outer, so_far + size, max(deepest, levels)
            size = above[-1][1]
        else:
            total += size
        if len(above) + levels > _DEEPEST:
            raise CannotCompile("the file is nested too deep", _RULES)
        if total + size > _MOST:
            raise CannotCompile("the file stands for more than it holds, by its aliases", "write the values out")
