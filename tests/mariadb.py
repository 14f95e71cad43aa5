"""What does a real MariaDB answer? A private server, made from Debian's binaries, stopped when the tests end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql

from tests.postgres import _free_port

SERVER = Path("/usr/sbin/mariadbd")
INSTALL = Path("/usr/bin/mariadb-install-db")


@dataclass(frozen=True)
class MariaDB:
    """A running server. Roles made with `role` reach it on loopback, root on its socket."""

    host: str
    port: int
    socket: Path
    password: str = "made up for the tests"

    def url(self, database: str = "", role: str = "scan") -> str:
        """The address, without password, as it would stand in custodes.toml."""
        return f"mysql://{role}@{self.host}:{self.port}/{database}"

    def run(self, *statements: str, database: str | None = None) -> None:
        """Run statements as root."""
        with closing(pymysql.connect(unix_socket=str(self.socket), user="root", database=database)) as connection:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
            connection.commit()

    def fill(self, database: str, statement: str, rows: list[tuple[object, ...]]) -> None:
        """Insert rows as root."""
        with closing(pymysql.connect(unix_socket=str(self.socket), user="root", database=database)) as connection:
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)
            connection.commit()

    def role(self, name: str, *grants: str) -> None:
        """A role with these grants and no more; made anew."""
        self.run(
            f"CREATE OR REPLACE USER `{name}`@`127.0.0.1` IDENTIFIED BY '{self.password}'",
            *(f"GRANT {grant} TO `{name}`@`127.0.0.1`" for grant in grants),
        )

    def create_database(self, name: str) -> None:
        """Make an empty database; one of that name that exists is dropped first."""
        self.run(f"DROP DATABASE IF EXISTS `{name}`", f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")


def available() -> bool:
    """Whether Debian's MariaDB is installed."""
    return SERVER.exists() and INSTALL.exists()


@contextmanager
def running() -> Iterator[MariaDB]:
    """Start a server in a temporary folder; stop it and remove the folder, whatever happens."""
    root = Path(tempfile.mkdtemp(prefix="custodes-mariadb-"))
    owner = _owner()
    server: subprocess.Popen[bytes] | None = None
    try:
        if owner is not None:
            shutil.chown(root, owner)
        root.chmod(0o700)
        data, socket, port = root / "data", root / "socket", _free_port()
        subprocess.run(
            [
                *(INSTALL, "--no-defaults", f"--datadir={data}", "--skip-test-db"),
                *("--auth-root-authentication-method=normal", "--skip-name-resolve"),
            ],
            check=True,
            capture_output=True,
            user=owner,
            cwd=root,
        )
        with (root / "stderr").open("wb") as errors:
            server = subprocess.Popen(
                [
                    *(SERVER, "--no-defaults", f"--datadir={data}", f"--socket={socket}", f"--port={port}"),
                    *("--bind-address=127.0.0.1", "--skip-name-resolve", "--character-set-server=utf8mb4"),
                    *("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--sql-mode="),
                    *(f"--pid-file={root / 'pid'}", f"--tmpdir={root}", "--max-allowed-packet=64M"),
                ],
                stdout=errors,
                stderr=errors,
                user=owner,
                cwd=root,
            )
        made = MariaDB("127.0.0.1", port, socket)
        _wait_until_ready(made, server, root / "stderr")
        yield made
    finally:
        if server is not None:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(root, ignore_errors=True)


def _owner() -> str | None:
    """MariaDB refuses to run as root: borrow Debian's account for it."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("mysql").pw_name
    except KeyError:
        return "nobody"


def _wait_until_ready(made: MariaDB, server: subprocess.Popen[bytes], errors: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            made.run("SELECT 1")
        except pymysql.Error:
            assert server.poll() is None, f"mariadbd ended at start: {errors.read_text()[-2_000:]}"
            assert time.monotonic() < deadline, "mariadbd did not answer within 60 s"
            time.sleep(0.1)
        else:
            return
