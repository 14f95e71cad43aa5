"""Of which kind is a file, and which files of a folder are read?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from custodes.datamap.lineage.inputs import (
    dbt_manifest,
    openlineage_events,
    query_log,
    sql_script,
    stat_statements,
)
from custodes.datamap.lineage.inputs.interface import Given, Input
from custodes.errors import BadInput
from custodes.records import Origin

#: The first that recognises a file reads it.
KINDS: Final[tuple[Input, ...]] = (dbt_manifest, openlineage_events, stat_statements, query_log, sql_script)
_HEAD: Final = 65_536
_PASSED_OVER: Final = frozenset([".git", ".venv", "node_modules", "dbt_packages", "__pycache__"])


def files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file with the name that edges give it: as asked for, or its path inside the folder; raises BadInput."""
    for path in paths:
        if path.is_dir():
            for inside in sorted(path.rglob("*")):
                if (
                    inside.is_file()
                    and not _PASSED_OVER & set(inside.relative_to(path).parts)
                    and _kind(inside) is not None
                ):
                    yield inside, inside.relative_to(path).as_posix()
        elif path.is_file():
            yield path, path.as_posix()
        else:
            raise BadInput(
                "no such file or folder",
                where=str(path),
                hint="name SQL scripts, a dbt manifest, a query log or a folder",
            )


def nothing_in(path: Path) -> bool:
    """Whether it is a folder of which no file is read: nothing is known of what was meant."""
    return path.is_dir() and next(files([path]), None) is None


def _kind(path: Path) -> Input | None:
    if sql_script.recognises(path, ""):
        return sql_script
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", errors="replace")
    except OSError:
        return None
    return next((kind for kind in KINDS if kind.recognises(path, head)), None)


def read(path: Path, name: str) -> Given:
    """What a file holds; one of no known kind, asked for by name, is read as SQL."""
    return (_kind(path) or sql_script).read(path, name)


def origin(path: Path) -> Origin:
    """Who tells the flows of a file."""
    return _ORIGINS.get(_kind(path) or sql_script, "script")


_ORIGINS: Final[dict[Input, Origin]] = {
    dbt_manifest: "dbt",
    openlineage_events: "openlineage",
    stat_statements: "log",
    query_log: "log",
}
