"""Which request touches which dataset, whose data, and what in it? The owner's templates of paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote

_NAME: Final = re.compile(r"\{([A-Za-z_]\w*)(\*?)\}")
_METHOD: Final = re.compile(r"([A-Z]+(?:\|[A-Z]+)*)\s+(/.*)")


@dataclass(frozen=True, slots=True)
class Route:
    """One template: methods (all when empty), pattern of the path, and parameter of the query to name."""

    methods: frozenset[str]
    path: Callable[[str], Sequence[str] | None]  # what stands in place of the names; None for another path
    names: tuple[str, ...]
    query: tuple[tuple[str, str], ...]  # parameter, name
    needed: tuple[tuple[str, str], ...]  # parameter, the value it must have
    columns: Mapping[str, str]  # column of the event, template over the names

    def fit(self, method: str, path: str, query: Mapping[str, list[str]]) -> dict[str, str] | None:
        """The columns of a request that fits; None for another one. What is not there leaves its column out."""
        if self.methods and method not in self.methods:
            return None
        found = self.path(path)
        if found is None or any(wanted not in query.get(parameter, ()) for parameter, wanted in self.needed):
            return None
        values = {name: unquote(value) for name, value in zip(self.names, found, strict=True) if value}
        for parameter, name in self.query:
            if query.get(parameter):
                values[name] = query[parameter][0]
        columns = {}
        for column, template in self.columns.items():
            told = _filled(template, values)
            if told is not None:
                columns[column] = told
        return columns


def route(template: str, columns: Mapping[str, str]) -> Route:
    """`GET /api/orders/{object}?buyer={subject}` with the columns it gives; `{name*}` takes slashes too.

    Without a template of its own, a column that is named in the path is what stands there. Raises ValueError for a
    template that is none, or a column whose template names what the path does not.
    """
    method = _METHOD.fullmatch(template.strip())
    methods = frozenset(method[1].split("|")) if method else frozenset()
    path, _, query = (method[2] if method else template.strip()).partition("?")
    if not path.startswith("/"):
        raise ValueError('a route is a path, with or without methods before it: "GET /api/orders/{object}"')
    names: list[str] = []
    pieces: list[str] = []
    at = 0
    for found in _NAME.finditer(path):
        pieces += [re.escape(path[at : found.start()]), "(.*)" if found[2] else "([^/]+)"]
        names.append(found[1])
        at = found.end()
    pieces.append(re.escape(path[at:].rstrip("/")) + "/?")
    pattern = _pattern("".join(pieces), path)
    named: list[tuple[str, str]] = []
    needed: list[tuple[str, str]] = []
    for part in filter(None, query.split("&")):
        parameter, _, value = part.partition("=")
        placeholder = _NAME.fullmatch(value)
        if placeholder:
            named.append((parameter, placeholder[1]))
        else:
            needed.append((parameter, value))
    known = [*names, *(name for _, name in named)]
    if len(set(known)) != len(known) or "{" in _NAME.sub("", path + query):
        raise ValueError("a route's names stand between closed braces, each once")
    given = dict(columns)
    for name in known:
        if name in {"object", "subject", "party", "case", "dataset"}:
            given.setdefault(name, f"{{{name}}}")
    for column, text in given.items():
        unknown = [name for name, _ in _NAME.findall(text) if name not in known]
        if unknown:
            raise ValueError(f"the template of {column} names {unknown[0]}, which the route does not")
    if "dataset" not in given:
        raise ValueError("a route says which dataset it is about")
    return Route(methods, pattern, tuple(names), tuple(named), tuple(needed), given)


def request_parts(uri: str) -> tuple[str, dict[str, list[str]]]:
    """Path and parameters of the target of a request, a full URL or not."""
    target = re.sub(r"^[a-z]+://[^/]*", "", uri)
    path, _, query = target.partition("?")
    return path.partition("#")[0] or "/", parse_qs(query.partition("#")[0], errors="replace")


def _pattern(text: str, template: str) -> Callable[[str], Sequence[str] | None]:
    """A pattern that takes time in proportion to the path, whatever somebody on the web asks for.

    With two names that may share a part of the path Python would try every way to part them.
    """
    names = _NAME.findall(template)
    several = any(len(_NAME.findall(segment)) > 1 for segment in template.split("/"))
    if not several and not (len(names) > 1 and any(star for _, star in names)):
        known = re.compile(text)
        return lambda path: None if (found := known.fullmatch(path)) is None else found.groups()
    import pyarrow as pa  # noqa: PLC0415 - few routes need it, and it is slow to import
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    numbers = iter(range(len(names)))
    named = re.sub(r"\((?=\.\*\)|\[\^/\]\+\))", lambda _: f"(?P<n{next(numbers)}>", text)
    whole = rf"\A(?:{named})\z"

    def linear(path: str) -> Sequence[str] | None:
        found = pc.extract_regex(pa.scalar(path), whole).as_py()
        return None if found is None else list(found.values())

    return linear


def _filled(template: str, values: Mapping[str, str]) -> str | None:
    if any(name not in values for name, _ in _NAME.findall(template)):
        return None
    return _NAME.sub(lambda found: values[found[1]], template)
