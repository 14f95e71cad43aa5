"""How are the numbers of a piece written out, the same in every log and in what is made of the logs?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from custodes.company.cases import spelt
from custodes.company.hands import DEBUG_FILE, FIRST_REPORT, NEWSLETTER_FILE, ORDERS_FILE
from custodes.company.names import Names
from custodes.company.simulation import Piece
from custodes.company.touches import LOGS, Touches
from custodes.company.world import World

BUCKET: Final = "marketplace-exports"
GROUP: Final = "desk"
BROWSER: Final = "Mozilla/5.0"
# The first letters of event ids, by log; a database's are its sessions.
PREFIXES: Final = {"desk": "sd-", "admin": "admin-", "api": "rq-", "cloud": "ct-"}
_AGENTS: Final = ("Desk/8.2 (Windows)", "Desk/8.2 (Linux)", "Desk/8.1 (Windows)")
_REPORTS: Final = 400


class Spelling:
    """Texts of one company's numbers; the tables behind them grow with its book."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tables: dict[str, tuple[int, pa.Array]] = {}
        self._days: dict[int, str] = {}
        self._seconds = pa.array(
            [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(86_400)]
        )
        self._thousandths = pa.array([f"{part:03d}" for part in range(1_000)])
        self._files = pa.array(_file_names(world))

    def actors(self, codes: NDArray[Any]) -> pa.Array:
        """`staff:e012`, `service:billing`, `key:k9`."""
        return self._looked_up("actor", self._world.book.actors, codes, lambda text: text)

    def accounts(self, codes: NDArray[Any]) -> pa.Array:
        """`e012`, `billing`, `k9`."""
        return self._looked_up("account", self._world.book.actors, codes, lambda text: text.partition(":")[2])

    def clients(self, codes: NDArray[Any]) -> pa.Array:
        """Devices and fingerprints."""
        return self._looked_up("client", self._world.book.clients, codes, lambda text: text)

    def addresses(self, codes: NDArray[Any]) -> pa.Array:
        """IP addresses."""
        return self._looked_up("address", self._world.book.addresses, codes, lambda text: text)

    def desk_agents(self, codes: NDArray[Any]) -> pa.Array:
        """Which version of the desk's program an actor runs."""
        return self._looked_up("desk_agent", self._world.book.actors, codes, _desk_agent)

    def key_agents(self, codes: NDArray[Any]) -> pa.Array:
        """Which version of the API's library the holder of a key runs."""
        return self._looked_up("key_agent", self._world.book.actors, codes, _key_agent)

    def sessions(self, codes: NDArray[Any]) -> pa.Array:
        """Each actor's session in the database, as PostgreSQL names one: when it began and its process, in hex."""
        begun = f"{self._world.plan.start_ms // 1_000:x}"
        places = [f"{begun}.{place + 4_096:x}" for place in range(len(self._world.book.actors))]
        return pa.array(places).take(pa.array(codes))

    def files(self, codes: NDArray[Any]) -> pa.Array:
        """Keys of objects in BUCKET, null for -1."""
        return self._files.take(pa.array(codes, mask=codes < 0))

    def cases(self, numbers: NDArray[Any]) -> pa.Array:
        """See `cases.spelt`."""
        return spelt(numbers, scrambled=self._world.plan.shape.scrambled)

    def event_ids(self, piece: Piece) -> pa.Array:
        """Of every touch of the piece."""
        log, number = piece.log, pa.array(piece.number).cast(pa.string())
        prefix = pa.array([PREFIXES.get(name, "") for name in LOGS]).take(pa.array(log))
        database = log == LOGS.index("database")
        if database.any():
            session = pc.binary_join_element_wise(self.sessions(piece.touches.actor[database]), "", ":")
            prefix = pc.replace_with_mask(prefix, pa.array(database), session)
        return pc.binary_join_element_wise(prefix, number, "")

    def moments(self, time: NDArray[np.int64], join: str = "T", *, parts: bool = True) -> pa.Array:
        """Milliseconds since 1970 as ISO 8601 without a zone; parts: to the millisecond, else to the second."""
        day, rest = np.divmod(time, 86_400_000)
        first = int(day.min()) if len(day) else 0
        names = [
            str(np.datetime64(first + place, "D")) + join
            for place in range(int(day.max()) - first + 1 if len(day) else 1)
        ]
        date = pa.array(names).take(pa.array(day - first))
        second = self._seconds.take(pa.array(rest // 1_000))
        if not parts:
            return pc.binary_join_element_wise(date, second, "")
        return pc.binary_join_element_wise(date, second, ".", self._thousandths.take(pa.array(rest % 1_000)), "")

    def _looked_up(self, name: str, names: Names, codes: NDArray[Any], form: Callable[[str], str]) -> pa.Array:
        size, table = self._tables.get(name, (0, None))
        if table is None or size != len(names):
            table = pa.array([form(text) for text in names.texts().tolist()], pa.string())
            self._tables[name] = (len(names), table)
        return table.take(pa.array(codes))


def numbered(prefix: str, numbers: NDArray[Any]) -> pa.Array:
    """`customer:81723`, null for -1."""
    return pc.binary_join_element_wise(prefix, pa.array(numbers, mask=numbers < 0).cast(pa.string()), "")


def rows_of(piece: Piece, log: str) -> tuple[Touches, NDArray[np.int64]]:
    """The touches that one log tells, and their numbers in it."""
    rows = np.flatnonzero(piece.log == LOGS.index(log))
    return piece.touches.rows(rows), piece.number[rows]


def _file_names(world: World) -> list[str]:
    names = {
        DEBUG_FILE: f"{world.plan.year - 1}/payments_debug.csv",
        NEWSLETTER_FILE: "newsletter.csv",
        ORDERS_FILE: "orders_analytics.parquet",
    }
    return [names.get(place, f"reports/week-{place - FIRST_REPORT + 1:02d}.parquet") for place in range(_REPORTS)]


def _desk_agent(actor: str) -> str:
    return _AGENTS[len(actor) % 2 + int(actor[-1] == "7")]


def _key_agent(actor: str) -> str:
    digits = "".join(filter(str.isdecimal, actor)) or "0"
    return f"orders-client/{int(digits) // 7 % 4 + 1}.{int(digits) % 7}"
