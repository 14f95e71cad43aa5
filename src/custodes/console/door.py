"""Who may come in? Whoever holds the one-time link that was printed where the console was started."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from typing import Final

LINK_SECONDS: Final = 10 * 60
SESSION_SECONDS: Final = 8 * 60 * 60
_SECRET_BYTES: Final = 32


class Door:
    """One one-time token and the sessions it opened, in memory only: a restart ends them all.

    clock: seconds since 1970. Sessions are kept as SHA-256, so that looking one up compares nothing secret.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._token: str | None = None
        self._token_ends = 0.0
        self._sessions: dict[bytes, float] = {}

    def new_token(self) -> str:
        """A token for one entry within LINK_SECONDS; an earlier one that was not used stops working."""
        with self._guard:
            self._token = secrets.token_urlsafe(_SECRET_BYTES)
            self._token_ends = self._clock() + LINK_SECONDS
            return self._token

    def enter(self, token: str) -> str | None:
        """The secret of a new session, or None when the token is wrong, used or too old."""
        with self._guard:
            waiting = self._token
            if waiting is None or not hmac.compare_digest(token.encode(errors="replace"), waiting.encode()):
                return None
            self._token = None
            if self._clock() >= self._token_ends:
                return None
            session = secrets.token_urlsafe(_SECRET_BYTES)
            self._sessions[_digest(session)] = self._clock() + SESSION_SECONDS
            return session

    def knows(self, session: str) -> bool:
        """Whether this is the secret of a session that has not ended."""
        with self._guard:
            ends = self._sessions.get(_digest(session))
            if ends is None:
                return False
            if self._clock() >= ends:
                del self._sessions[_digest(session)]
                return False
            return True


def _digest(session: str) -> bytes:
    return hashlib.sha256(session.encode(errors="replace")).digest()
