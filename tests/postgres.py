"""What does a real PostgreSQL answer? A private cluster, made from Debian's binaries, stopped when the tests end."""

from __future__ import annotations

import gzip
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

BINARIES = Path("/usr/lib/postgresql/15/bin")
PGAUDIT = Path("/usr/lib/postgresql/15/lib/pgaudit.so")
STATEMENTS = Path("/usr/lib/postgresql/15/lib/pg_stat_statements.so")
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Cluster:
    """A running server. logs: folder with its CSV log. audited: whether pgaudit is loaded."""

    host: str
    port: int
    password: str
    socket: Path
    logs: Path
    audited: bool

    def url(self, database: str = "postgres", role: str = SUPERUSER) -> str:
        """The address of a database, without password, as it would stand in custodes.toml."""
        return f"postgresql://{role}@{self.host}:{self.port}/{database}"

    def dsn(self, database: str = "postgres", role: str = SUPERUSER, password: str | None = None) -> str:
        """What psycopg and psql take, password included."""
        return psycopg.conninfo.make_conninfo(self.url(database, role), password=password or self.password)

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as superuser, each in its own transaction."""
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create_database(self, name: str) -> None:
        """Make an empty database; one of that name that exists is dropped first."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def csv_logs(self) -> list[Path]:
        """The CSV log files, oldest first."""
        return sorted(self.logs.glob("*.csv"))


def available() -> bool:
    """Whether Debian's PostgreSQL 15 is installed."""
    return (BINARIES / "initdb").exists()


@contextmanager
def running() -> Iterator[Cluster]:
    """Start a cluster in a temporary folder; stop it and remove the folder, whatever happens."""
    root = Path(tempfile.mkdtemp(prefix="custodes-postgres-"))
    owner = _unprivileged()
    password = secrets.token_urlsafe(12)
    server: subprocess.Popen[bytes] | None = None
    try:
        data, logs, sockets = root / "data", root / "log", root / "run"
        for folder in (root, data, logs, sockets):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
            if owner is not None:
                shutil.chown(folder, owner)
        _initialise(data, password, owner)
        port = _free_port()
        audited = _configure(data, logs, sockets, port)
        with (root / "stderr").open("wb") as errors:
            server = subprocess.Popen([BINARIES / "postgres", "-D", data], stdout=errors, stderr=errors, user=owner)
        cluster = Cluster("127.0.0.1", port, password, sockets, logs, audited)
        _wait_until_ready(cluster, server, root / "stderr")
        yield cluster
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(root, ignore_errors=True)


def load_sakila(cluster: Cluster, folder: Path, database: str = "sakila") -> None:
    """Load the Sakila sample (schema, then its COPY data) with psql, as its dump asks for."""
    cluster.create_database(database)
    schema = (folder / "postgres-sakila-schema.sql").read_bytes()
    data = gzip.decompress((folder / "postgres-sakila-insert-data-using-copy.sql.gz").read_bytes())
    for text in (schema, data):
        done = subprocess.run(
            [BINARIES / "psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", cluster.dsn(database)],
            input=text,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()[-2_000:]


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: borrow Debian's account for it."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _initialise(data: Path, password: str, owner: str | None) -> None:
    file = data.parent / "password"
    file.write_text(password)
    if owner is not None:
        shutil.chown(file, owner)
    subprocess.run(
        [
            *(BINARIES / "initdb", "-D", data, "-U", SUPERUSER, "--pwfile", file, "-A", "scram-sha-256"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        user=owner,
        cwd=data,
    )
    file.unlink()


def _configure(data: Path, logs: Path, sockets: Path, port: int) -> bool:
    audited = PGAUDIT.exists()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(sockets),
        "fsync": "off",  # the cluster lives for one test run
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_destination": "csvlog,jsonlog",
        "log_directory": str(logs),
        "log_filename": "postgresql.log",
        "log_statement": "all",
        "log_connections": "on",
        "max_connections": "40",
        "shared_buffers": "32MB",
    }
    # What a database does not create as an extension stays out of its way.
    loaded = [name for name, file in (("pgaudit", PGAUDIT), ("pg_stat_statements", STATEMENTS)) if file.exists()]
    settings["shared_preload_libraries"] = ", ".join(loaded)
    if audited:
        settings["pgaudit.log"] = "read, write"
    with (data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    return audited


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(cluster: Cluster, server: subprocess.Popen[bytes], errors: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(cluster.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            assert server.poll() is None, f"postgres ended at start: {errors.read_text()[-2_000:]}"
            assert time.monotonic() < deadline, "postgres did not answer within 60 s"
            time.sleep(0.1)
        else:
            return


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: open sessions are ended; killed if that takes too long."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
