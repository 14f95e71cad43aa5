"""What did each store declare when it was last listed, and what of that was new?"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from custodes.records import DRIFTS, Drift
from custodes.state.database import Database
from custodes.state.schema import declared, drift, mark

Columns = tuple[tuple[str, str], ...]  # name and type


class Drifts:
    """The declarations of one workspace's stores.

    A dataset is compared when it is listed, and what is found is kept with what it is compared with from now on: a
    scan that is killed neither loses a difference nor tells one twice.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def listed(self, store: str) -> datetime | None:
        """When a scan last listed the store to its end; None before the first time."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(mark.c.value).where(mark.c.name == _mark(store))).first()
            return None if row is None else datetime.fromisoformat(row.value)

    def declared(self, store: str) -> dict[str, Columns | None]:
        """What each of its datasets declared; None for one that declares no columns."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(declared).where(declared.c.store == store))
            return {row.dataset: _read(row.columns) for row in rows}

    def keep(self, store: str, dataset: str, columns: Columns | None, found: Iterable[Drift]) -> None:
        """What a dataset declares now, and how that differs."""
        with self._database.write() as connection:
            _forget(connection, store, [dataset])
            body = None if columns is None else json.dumps(columns, ensure_ascii=False)
            connection.execute(declared.insert().values(store=store, dataset=dataset, columns=body))
            _add(connection, found)

    def end(self, store: str, gone: Collection[str], found: Iterable[Drift], now: datetime, oldest: datetime) -> None:
        """The store was listed to its end: these of its datasets are gone. What is older than `oldest` is no news."""
        with self._database.write() as connection:
            _forget(connection, store, gone)
            _add(connection, found)
            connection.execute(drift.delete().where(drift.c.store == store, drift.c.since < oldest.isoformat()))
            connection.execute(mark.delete().where(mark.c.name == _mark(store)))
            connection.execute(mark.insert().values(name=_mark(store), value=now.isoformat()))

    def forget_stores(self, keep: Collection[str]) -> None:
        """Forget stores that the owner no longer configures."""
        with self._database.write() as connection:
            for table in (declared, drift):
                connection.execute(table.delete().where(table.c.store.not_in(keep)))
            kept = [_mark(store) for store in keep]
            connection.execute(mark.delete().where(mark.c.name.startswith(_mark("")), mark.c.name.not_in(kept)))

    def all(self) -> tuple[Drift, ...]:
        """Every difference that is still news, by store, dataset and field."""
        query = sa.select(drift).order_by(drift.c.store, drift.c.dataset, drift.c.field)
        with self._database.read() as connection:
            return tuple(
                Drift(
                    store=row.store,
                    dataset=row.dataset,
                    field=row.field,
                    what=row.what,
                    before=row.before,
                    after=row.after,
                    since=datetime.fromisoformat(row.since),
                    until=datetime.fromisoformat(row.until),
                )
                for row in connection.execute(query)
            )


def _mark(store: str) -> str:
    return f"listed {store}"


def _read(body: str | None) -> Columns | None:
    return None if body is None else tuple((name, kind) for name, kind in json.loads(body))


def _forget(connection: sa.Connection, store: str, datasets: Collection[str]) -> None:
    for name in datasets:
        connection.execute(declared.delete().where(declared.c.store == store, declared.c.dataset == name))


def _add(connection: sa.Connection, found: Iterable[Drift]) -> None:
    """A later difference of the same field or dataset replaces the earlier one."""
    for one in found:
        assert one.what in DRIFTS  # noqa: S101 - the type says so
        place = sa.and_(drift.c.store == one.store, drift.c.dataset == one.dataset, drift.c.field == one.field)
        if one.what == "gone_dataset":  # what its fields were is no news any more
            place = sa.and_(drift.c.store == one.store, drift.c.dataset == one.dataset)
        connection.execute(drift.delete().where(place))
        connection.execute(
            drift.insert().values(
                store=one.store,
                dataset=one.dataset,
                field=one.field,
                what=one.what,
                before=one.before,
                after=one.after,
                since=one.since.isoformat(),
                until=one.until.isoformat(),
            )
        )
