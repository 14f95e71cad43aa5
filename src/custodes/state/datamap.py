"""What did earlier scans find? The data map as it was last read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from custodes.records import Copy, Examined, Field
from custodes.state.database import Database
from custodes.state.schema import copy, dataset, field, sketch


class DataMap:
    """The data map of one workspace. `judged_by` is the digest of the categories that gave the verdicts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, store: str, judged_by: str) -> dict[str, Examined]:
        """What is known of a store, by dataset, as far as today's categories judged it.

        What stands behind a dash in `judged_by` are limits: of a dataset that was read whole any will do.
        """
        judges = judged_by.partition("-")[0]
        whole = sa.and_(dataset.c.judged_by.startswith(f"{judges}-"), dataset.c.rows_read >= dataset.c.rows_total)
        judged = sa.or_(dataset.c.judged_by == judged_by, whole)
        with self._database.read() as connection:
            rows = connection.execute(sa.select(dataset).where(dataset.c.store == store, judged)).all()
            return {row.name: _examined(row, self._fields(connection, store, row.name)) for row in rows}

    def names(self, store: str) -> tuple[str, ...]:
        """The datasets of a store that are on the map, whoever judged them."""
        with self._database.read() as connection:
            return tuple(connection.execute(sa.select(dataset.c.name).where(dataset.c.store == store)).scalars())

    def all(self) -> tuple[Examined, ...]:
        """Every dataset on the map with its verdicts, by store and name."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(dataset).order_by(dataset.c.store, dataset.c.name)).all()
            return tuple(_examined(row, self._fields(connection, row.store, row.name)) for row in rows)

    def save(
        self,
        stores: Iterable[str],
        examined: Iterable[Examined],
        *,
        judged_by: str,
        now: datetime,
        untouched: Collection[str] = (),
    ) -> None:
        """Replace what is known of these stores; the first time each dataset and field was seen is kept.

        untouched: names of datasets of which nothing new is known: they stay as they are, whoever judged them.
        """
        names = tuple(stores)
        with self._database.write() as connection:
            before = connection.execute(sa.select(dataset).where(dataset.c.store.in_(names))).all()
            since = {(row.store, row.name): row.first_seen for row in before}
            modified = {(row.store, row.name): row.modified for row in before}
            since_field = {
                (row.store, row.dataset, row.field, row.category): row.first_seen
                for row in connection.execute(sa.select(field).where(field.c.store.in_(names)))
            }
            replaced = [{"of": row.store, "named": row.name} for row in before if row.name not in untouched]
            if replaced:
                it = sa.and_(dataset.c.store == sa.bindparam("of"), dataset.c.name == sa.bindparam("named"))
                connection.execute(dataset.delete().where(it), replaced)
                of_it = sa.and_(field.c.store == sa.bindparam("of"), field.c.dataset == sa.bindparam("named"))
                connection.execute(field.delete().where(of_it), replaced)
            for one in examined:
                _insert(connection, one, judged_by, now, since, since_field, None, modified)

    def keep(self, one: Examined, sketches: Mapping[str, bytes], *, judged_by: str, now: datetime, scan: str) -> None:
        """Replace what is known of one dataset while a scan is under way, so that it is not read again after a stop."""
        mine = sa.and_(dataset.c.store == one.store, dataset.c.name == one.dataset)
        fields = sa.and_(field.c.store == one.store, field.c.dataset == one.dataset)
        with self._database.write() as connection:
            before = connection.execute(sa.select(dataset).where(mine)).all()
            since = {(row.store, row.name): row.first_seen for row in before}
            modified = {(row.store, row.name): row.modified for row in before}
            since_field = {
                (row.store, row.dataset, row.field, row.category): row.first_seen
                for row in connection.execute(sa.select(field).where(fields))
            }
            connection.execute(dataset.delete().where(mine))
            connection.execute(field.delete().where(fields))
            _insert(connection, one, judged_by, now, since, since_field, scan, modified)
            for name, body in sketches.items():
                connection.execute(sketch.delete().where(sketch.c.name == name))
                connection.execute(sketch.insert().values(name=name, body=body))

    def done(self, store: str, scan: str) -> dict[str, Examined]:
        """What a scan that was stopped had read of a store, by dataset."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(dataset).where(dataset.c.store == store, dataset.c.scan == scan)).all()
            return {row.name: _examined(row, self._fields(connection, store, row.name)) for row in rows}

    def sketches(self) -> dict[str, bytes]:
        """Every stored sketch, by `store.dataset.field`."""
        with self._database.read() as connection:
            return {row.name: row.body for row in connection.execute(sa.select(sketch))}

    def first_seen(self) -> dict[tuple[str, str, str, str], datetime]:
        """When each verdict (store, dataset, field, category) was first given."""
        query = sa.select(field.c.store, field.c.dataset, field.c.field, field.c.category, field.c.first_seen)
        with self._database.read() as connection:
            return {
                (row[0], row[1], row[2], row[3]): datetime.fromisoformat(row[4]) for row in connection.execute(query)
            }

    def forget_stores(self, keep: Iterable[str]) -> None:
        """Take stores off the map that the owner no longer configures."""
        names = tuple(keep)
        with self._database.write() as connection:
            for table in (dataset, field):
                connection.execute(table.delete().where(table.c.store.not_in(names)))

    def save_copies(self, pairs: Iterable[Copy], sketches: Mapping[str, bytes]) -> None:
        """Replace the pairs of fields of which one holds values of the other, and the sketches that told so.

        A sketch that is stored as it is is not written again: of thousands, a scan makes a few anew.
        """
        rows = [asdict(one) for one in pairs]
        with self._database.write() as connection:
            connection.execute(copy.delete())
            if rows:
                connection.execute(copy.insert(), rows)
            stored = connection.execute(sa.select(sketch)).all()
            same = {row.name for row in stored if sketches.get(row.name) == row.body}
            gone = [{"gone": row.name} for row in stored if row.name not in same]
            if gone:
                connection.execute(sketch.delete().where(sketch.c.name == sa.bindparam("gone")), gone)
            fresh = [{"name": name, "body": body} for name, body in sketches.items() if name not in same]
            if fresh:
                connection.execute(sketch.insert(), fresh)

    def copies(self) -> tuple[Copy, ...]:
        """The stored pairs, the fullest first."""
        query = sa.select(copy).order_by(copy.c.containment.desc(), copy.c.covers.desc(), copy.c.a, copy.c.b)
        with self._database.read() as connection:
            return tuple(
                Copy(row.a, row.b, row.containment, row.covers, row.margin, bool(row.at_least))
                for row in connection.execute(query)
            )

    def _fields(self, connection: sa.Connection, store: str, name: str) -> tuple[Field, ...]:
        query = sa.select(field).where(field.c.store == store, field.c.dataset == name)
        rows = connection.execute(query.order_by(field.c.place, field.c.field, field.c.category))
        return tuple(
            Field(
                store=row.store,
                dataset=row.dataset,
                field=row.field,
                category=row.category,
                confidence=row.confidence,
                matched=row.matched,
                scanned=row.scanned,
                reasons=tuple(json.loads(row.reasons)),
            )
            for row in rows
        )


def _examined(row: sa.Row[tuple[object, ...]], verdicts: tuple[Field, ...]) -> Examined:
    return Examined(
        store=row.store,
        dataset=row.name,
        kind=row.kind,
        columns=row.columns,
        rows_read=row.rows_read,
        rows_total=row.rows_total,
        fingerprint=row.fingerprint,
        verdicts=verdicts,
        sampled=bool(row.sampled),
        modified=None if row.modified is None else datetime.fromisoformat(row.modified),
        dated=None if row.dated is None else _dated(json.loads(row.dated)),
    )


def _dated(told: list[str]) -> tuple[str, datetime, datetime]:
    return told[0], datetime.fromisoformat(told[1]), datetime.fromisoformat(told[2])


def _earliest(before: str | None, now: datetime | None) -> str | None:
    if now is None or before is None:
        return before if now is None else now.isoformat()
    return min(datetime.fromisoformat(before), now).isoformat()


def _insert(
    connection: sa.Connection,
    one: Examined,
    judged_by: str,
    now: datetime,
    since: Mapping[tuple[str, str], str],
    since_field: Mapping[tuple[str, str, str, str], str],
    scan: str | None,
    modified: Mapping[tuple[str, str], str | None],
) -> None:
    moment = now.isoformat()
    # Of a file that holds something new the earlier date says nothing; one that is only touched has lain there as long.
    same = all((one.store, one.dataset, each.field, each.category) in since_field for each in one.verdicts)
    earlier = modified.get((one.store, one.dataset)) if same else None
    connection.execute(
        dataset.insert().values(
            store=one.store,
            name=one.dataset,
            kind=one.kind,
            columns=one.columns,
            rows_read=one.rows_read,
            rows_total=one.rows_total,
            fingerprint=one.fingerprint,
            sampled=one.sampled,
            modified=_earliest(earlier, one.modified),
            dated=None
            if one.dated is None
            else json.dumps([one.dated[0], *(day.isoformat() for day in one.dated[1:])]),
            scan=scan,
            judged_by=judged_by,
            first_seen=since.get((one.store, one.dataset), moment),
        )
    )
    for place, verdict in enumerate(one.verdicts):
        key = (verdict.store, verdict.dataset, verdict.field, verdict.category)
        connection.execute(
            field.insert().values(
                store=verdict.store,
                dataset=verdict.dataset,
                field=verdict.field,
                category=verdict.category,
                confidence=verdict.confidence,
                matched=verdict.matched,
                scanned=verdict.scanned,
                reasons=json.dumps(verdict.reasons),
                place=place,
                first_seen=since_field.get(key, moment),
            )
        )
