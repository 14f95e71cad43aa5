"""Does the console listen where it was told to, and nowhere else without a loud choice?"""

from __future__ import annotations

import socket

import pytest

from custodes.console.listen import UNSAFE, listen, run_console
from custodes.errors import BadInput, CouldNotRun
from tests.console.serving import ASource


def test_a_port_in_use_is_refused_with_a_hint() -> None:
    """A second console on the same port says which port and what to do."""
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(CouldNotRun, match=rf"the port is in use, 127\.0\.0\.1:{port}") as refused:
            run_console(ASource(), "127.0.0.1", port, say=lambda _: pytest.fail("told a link it cannot serve"))
    assert "--port" in refused.value.hint
    assert refused.value.exit_code == 4


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
def test_beyond_loopback_needs_the_flag(host: str) -> None:
    """An address that other machines can reach is refused with the flag's name, which has the danger in it."""
    with pytest.raises(BadInput, match="open to the network") as refused:
        listen(host, 0)
    assert UNSAFE in refused.value.hint
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "0"])
def test_every_address_at_once_is_never_offered(host: str) -> None:
    """Not even the flag opens all addresses: the console could not tell by which name it is meant to be reached."""
    with pytest.raises(BadInput):
        listen(host, 0, unsafe_listen_beyond_loopback=True)


def test_an_address_of_another_machine_is_refused() -> None:
    """With the flag, an address this machine does not have is told as such."""
    with pytest.raises(CouldNotRun, match="no such address"):
        listen("192.0.2.7", 0, unsafe_listen_beyond_loopback=True)


def test_a_name_that_is_none_is_refused() -> None:
    """A host that cannot be resolved is bad input, not a crash."""
    with pytest.raises(BadInput, match="no such host"):
        listen("no such host", 0)


def test_localhost_is_loopback() -> None:
    """A name is judged by the address it is bound to."""
    with listen("localhost", 0) as listener:
        assert listener.getsockname()[0] in {"127.0.0.1", "::1"}
        assert listener.family in {socket.AF_INET, socket.AF_INET6}
