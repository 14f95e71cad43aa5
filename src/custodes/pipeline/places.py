"""Which field of which configured store does SQL mean by a name?

SQL names a table as its own server does, a file by its path. The data map names both by store and dataset. What no
store holds is outside: a file that nobody watches, a bucket of somebody else, a mail, the client that asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from custodes.config import StoreConfig
from custodes.datamap.lineage.edges import STAR, Ref
from custodes.datamap.lineage.outside import is_outside
from custodes.records import Place

_TEXT: Final = re.compile(r"'(?:[^']|'')*'?")
_NUMBER: Final = re.compile(r"\d{5,}")
_FILE: Final = "file:"
_LONGEST: Final = 500


class Places:
    """Finds places. columns: by store, what its catalogue knows, by dataset; datasets: by store, those on the map."""

    def __init__(
        self,
        stores: Iterable[StoreConfig],
        columns: Mapping[str, Mapping[str, tuple[str, ...]]],
        datasets: Mapping[str, Iterable[str]],
    ) -> None:
        self._columns = columns
        self._exact: dict[str, dict[str, str]] = {}
        self._last: dict[str, dict[str, list[str]]] = {}
        self._folders: list[tuple[str, str]] = []
        for store in stores:
            names = dict.fromkeys([*columns.get(store.name, {}), *datasets.get(store.name, ())])
            self._exact[store.name] = {name.casefold(): name for name in names}
            last = self._last.setdefault(store.name, {})
            for name in names:
                last.setdefault(name.casefold().rsplit(".", 1)[-1], []).append(name)
            if store.kind == "files" and store.path is not None:
                self._folders.append((f"{store.path.resolve().as_posix()}/", store.name))
            elif store.kind == "s3" and store.url is not None:
                self._folders.append((store.url if store.url.endswith("/") else f"{store.url}/", store.name))

    def find(self, ref: Ref, store: str | None) -> tuple[Place, bool] | None:
        """Where a column of SQL is, and whether that is outside; None for one that the table is known not to have.

        store: whose SQL names it, None where any may be meant; it need not be one that is configured.
        """
        if is_outside(ref.table):
            return self._outside(ref)
        found = self._dataset(ref.table, store)
        if found is None:
            # SQL of no known dialect may hold texts in a name's quotes.
            column = "…" if store is None and " " in ref.column.strip() else _kept(ref.column)
            return Place(store or "", _kept(ref.table), column), False
        name, dataset = found
        listed = self._columns.get(name, {}).get(dataset)
        if listed is None or ref.column == STAR or ref.column in listed:
            return Place(name, dataset, ref.column), False
        same = next((column for column in listed if column.casefold() == ref.column.casefold()), None)
        return None if same is None else (Place(name, dataset, same), False)

    def _dataset(self, table: str, store: str | None) -> tuple[str, str] | None:
        wanted = [store] if store is not None else list(self._exact)
        found = [(name, dataset) for name in wanted for dataset in self._in(name, table)]
        if store is None and not found:
            first, _, rest = table.partition(".")
            found = [(first, dataset) for dataset in (self._in(first, rest) if first in self._exact else ())]
        return found[0] if len(found) == 1 else None

    def _in(self, store: str, table: str) -> list[str]:
        """The dataset of a store that a table's name means: `shop.public.people` may be its `public.people`."""
        key = table.casefold()
        exact = self._exact.get(store, {}).get(key)
        if exact is not None:
            return [exact]
        near = [
            name
            for name in self._last.get(store, {}).get(key.rsplit(".", 1)[-1], ())
            if key.endswith(f".{name.casefold()}") or name.casefold().endswith(f".{key}")
        ]
        return near if len(near) == 1 else []

    def _outside(self, ref: Ref) -> tuple[Place, bool]:
        path = ref.table
        if path.startswith(_FILE):
            path = Path(path.removeprefix(_FILE)).as_posix()
        for folder, store in self._folders:
            if path.startswith(folder) and len(path) > len(folder):
                return Place(store, path.removeprefix(folder), _kept(ref.column)), False
        return Place("", ref.table[:_LONGEST], _kept(ref.column)), True


def _kept(name: str) -> str:
    """A name without texts and long numbers: the title of an expression without an alias may hold both."""
    return "…" if "@" in name.lstrip("@#") else _NUMBER.sub("…", _TEXT.sub("'…'", name))[:_LONGEST]
