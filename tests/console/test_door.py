"""Does the link work once, and does a session end?"""

from __future__ import annotations

from dataclasses import dataclass

from custodes.console.door import LINK_SECONDS, SESSION_SECONDS, Door


@dataclass
class AClock:
    now: float = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


def test_the_link_works_once() -> None:
    """A token opens one session; the second use of it opens none, and the first session lives on."""
    door = Door(AClock())
    token = door.new_token()
    session = door.enter(token)
    assert session is not None
    assert door.enter(token) is None
    assert door.knows(session)


def test_a_wrong_token_neither_enters_nor_spoils_the_right_one() -> None:
    """Guessing, even with text that is no ASCII, opens nothing and does not use the link up."""
    door = Door(AClock())
    token = door.new_token()
    for wrong in ("", "x", token[:-1], token + "x", "ünïcödé", "\udcff"):
        assert door.enter(wrong) is None
    assert door.enter(token) is not None


def test_no_token_is_valid_before_one_was_made() -> None:
    """A door without a link cannot be entered with an empty token."""
    assert Door(AClock()).enter("") is None


def test_the_link_ends() -> None:
    """A link that was not used in time is dead."""
    clock = AClock()
    door = Door(clock)
    token = door.new_token()
    clock.now += LINK_SECONDS
    assert door.enter(token) is None


def test_a_session_ends() -> None:
    """A session holds up to its last second and not beyond."""
    clock = AClock()
    door = Door(clock)
    session = door.enter(door.new_token())
    assert session is not None
    clock.now += SESSION_SECONDS - 1
    assert door.knows(session)
    clock.now += 1
    assert not door.knows(session)


def test_a_made_up_session_is_unknown() -> None:
    """No text but the secret itself is a session, not even the token that opened it."""
    door = Door(AClock())
    token = door.new_token()
    session = door.enter(token)
    assert session is not None
    for wrong in ("", token, session[:-1], session + " ", "\udcff"):
        assert not door.knows(wrong)
