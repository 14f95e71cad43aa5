"""Which documents does a rule's file hold? Plain data only, and nothing that could cost more than it is worth."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from custodes.sigma.rule import CannotCompile

LARGEST: Final = 1 << 20  # bytes of a file of rules
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
            raise CannotCompile("the file is larger than 1 MiB", "is it a file of rules?")
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


def _must_be_flat(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise CannotCompile("the file is nested too deep", "is it a file of rules?")
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1
