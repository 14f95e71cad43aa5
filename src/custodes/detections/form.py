"""Is this file a well-formed mapping of the keys we know? Typed values out, file and key named for the rest."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from custodes.engine.interface import Parameter
from custodes.errors import BadInput


class _Strict(yaml.constructor.SafeConstructor):
    """Plain data only, and a key written twice is a mistake, not a choice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a text", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f'key "{key}" appears twice', key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


class _Loader(_Strict, yaml.SafeLoader):
    """For files of others."""


class _QuickLoader(_Strict, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen as it runs
    """For files of ours: ten times as fast, but text nested too deep ends the process instead of raising."""


def read(text: str, where: str, *, ours: bool = False) -> Form:
    """The YAML text as a form. ours: it ships with Custodes. Raises BadInput when it is no YAML mapping."""
    try:
        document = yaml.load(text, Loader=_QuickLoader if ours else _Loader)  # noqa: S506 - both make plain data only
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}: line {mark.line + 1}" if mark else where
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise BadInput("the detection is no YAML", where=place, hint=str(problem)) from error
    if not isinstance(document, dict):
        raise BadInput("the detection is no mapping of keys", where=where, hint="start with id: and title:")
    return Form(where, "", document)


def read_file(path: Path, *, ours: bool = False) -> Form:
    """The file as a form. ours: it ships with Custodes. Raises BadInput."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput("cannot read the detection", where=str(path), hint=error.strerror or "check the file") from error
    except UnicodeDecodeError as error:
        raise BadInput("the detection is not UTF-8", where=str(path), hint="save it as UTF-8") from error
    return read(text, str(path), ours=ours)


class Form:
    """One mapping: hands out typed values, remembers which keys were asked for, refuses the rest."""

    def __init__(self, where: str, path: str, values: Mapping[str, object]) -> None:
        self.where = where
        self.path = path
        self.values = values
        self._asked: set[str] = set()

    def fail(self, key: str, what: str, hint: str) -> BadInput:
        """A refusal that names the file and the key."""
        place = ".".join(part for part in (self.path, key) if part)
        return BadInput(what, where=f"{self.where}: {place}" if place else self.where, hint=hint)

    def take(self, key: str) -> object:
        """The raw value, None where the key is missing."""
        self._asked.add(key)
        return self.values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "a text is required here", f"add {key}: followed by words")
        return value.strip()

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; one text is a list of one."""
        value = self.take(key)
        items = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            # YAML reads `- ask: was it planned?` as a mapping, which its author meant as a sentence.
            hint = f"write one text per line under {key}:, after a dash, in quotes where it contains a colon"
            raise self.fail(key, "a list of texts is required here", hint)
        if required and not items:
            raise self.fail(key, "at least one entry is required", f"add one under {key}:")
        return tuple(item.strip() for item in items)

    def form(self, key: str) -> Form:
        """A mapping below this one; empty where the key is missing."""
        value = self.take(key)
        if value is not None and not isinstance(value, dict):
            raise self.fail(key, "a mapping is required here", f"write keys and values under {key}:")
        return Form(self.where, f"{self.path}.{key}" if self.path else key, value or {})

    def forms(self, key: str) -> list[Form]:
        """A list of mappings; one mapping is a list of one."""
        value = self.take(key)
        items = [] if value is None else value if isinstance(value, list) else [value]
        path = f"{self.path}.{key}" if self.path else key
        forms = []
        for place, item in enumerate(items):
            if not isinstance(item, dict):
                raise self.fail(key, "a list of mappings is required here", f"write mappings under {key}:")
            forms.append(Form(self.where, f"{path}[{place}]", item))
        return forms

    def parameters(self, key: str) -> dict[str, Parameter]:
        """Named texts, numbers, truths, or lists of texts or whole numbers."""
        form = self.form(key)
        found: dict[str, Parameter] = {}
        for name, value in form.values.items():
            texts = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
            numbers = isinstance(value, list) and value and all(type(item) is int for item in value)
            if not (isinstance(value, str | int | float) or texts or numbers):
                raise form.fail(
                    name, "a parameter is a text, a number, or a list of either", f"write {name}: followed by a value"
                )
            found[name] = value  # type: ignore[assignment]  # checked above, in a form mypy cannot follow
        return found

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        unknown = sorted(set(self.values) - self._asked)
        if unknown:
            close = get_close_matches(unknown[0], self._asked, n=1)
            known = f"one of: {', '.join(sorted(self._asked))}"
            raise self.fail(unknown[0], "no such key", f'did you mean "{close[0]}"?' if close else known)
