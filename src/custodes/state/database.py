"""Where is what must outlive a run? One database, opened, brought up to date and made durable in one place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from custodes import kept
from custodes.errors import CouldNotRun
from custodes.state.schema import SCHEMA_VERSION

_MIGRATIONS = Path(__file__).with_name("migrations")


class Database:
    """The state database of one workspace.

    Every `write` is one transaction that is on the disk when it returns (SQLite: WAL with synchronous=FULL).
    Raises CouldNotRun when the file cannot be opened, is newer than this release, or the disk is full.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, file: Path) -> Database:
        """Open or create the SQLite state at `file` and bring its schema up to date."""
        for name in (file.name, *(f"{file.name}-{more}" for more in ("wal", "shm", "journal"))):
            _must_be_plain(file.with_name(name))
        engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})

        @sa.event.listens_for(engine, "connect")
        def _durable(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]  # the DBAPI publishes no type
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        database = cls(engine)
        with _explained(file):
            new = not file.exists()
            _for_its_owner(file)
            database._upgrade(file)
            if new:
                _sync_folder(file.parent)
        return database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state."""
        with _explained(self._place), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is durable when the block ends, or none of it is."""
        with _explained(self._place), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @property
    def _place(self) -> Path:
        return Path(self._engine.url.database or "")

    def _upgrade(self, file: Path) -> None:
        with self._engine.begin() as connection:
            version = _version(connection)
            if version == SCHEMA_VERSION:
                return
            if version is not None and version > SCHEMA_VERSION:
                raise CouldNotRun(
                    f"the state was written by a newer release (schema {version}, this one knows {SCHEMA_VERSION})",
                    where=str(file),
                    hint="upgrade custodes",
                )
            # Alembic takes a second and a half to import: only a new or older state pays for it.
            from alembic import command  # noqa: PLC0415
            from alembic.config import Config  # noqa: PLC0415

            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _for_its_owner(file: Path) -> None:
    """SQLite makes a file as the umask says, and those beside it with the rights of the first."""
    try:
        handle = kept.descriptor(file, os.O_RDWR | os.O_CREAT)
        try:
            if os.fstat(handle).st_mode & 0o077:
                os.fchmod(handle, 0o600)
        finally:
            os.close(handle)
    except OSError as error:
        raise CouldNotRun(
            f"the state cannot be used ({error.strerror})", where=str(file), hint="check the file's owner and rights"
        ) from error


def _must_be_plain(file: Path) -> None:
    """SQLite follows links, and waits for pipes."""
    try:
        kept.plain(file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CouldNotRun(
            f"the state cannot be used ({error.strerror})", where=str(file), hint="restore it from a backup"
        ) from error


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(sa.text("select version_num from alembic_version")).scalar()
    return None if version is None else str(version)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Turn the driver's refusals into ours. Their statements may hold values, so only the driver's words go on."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        words = str(error.orig)
        if "full" in words:
            raise disk_full(file) from None
        hint = "wait for the other process, then run again" if "locked" in words else "check the file and its rights"
        raise CouldNotRun(f"the state cannot be used ({words})", where=str(file), hint=hint) from None


def disk_full(place: Path) -> CouldNotRun:
    """The refusal for a disk without room: what was sealed before stays sealed."""
    return CouldNotRun(
        "the disk is full",
        where=str(place),
        hint="free some space and run again: what was sealed is kept, the rest is read again",
    )


def _sync_folder(folder: Path) -> None:
    # SQLite ignores a failed sync of the folder after it creates the WAL file: without this, a power cut could
    # leave a state whose name was never written.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
