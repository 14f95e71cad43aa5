"""Does a path tell its keys, whatever they hold?"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.stores.keys import read, written
from custodes.stores.names import last, plain, quoted, steps

KEYS = st.lists(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=30) | st.text('.[]{}*"\\a', max_size=6), min_size=1
)


@settings(max_examples=300, deadline=None)
@given(KEYS, KEYS)
def test_paths_of_different_keys_differ_and_give_them_back(keys: list[str], others: list[str]) -> None:
    """Quotes keep keys apart."""
    path, other = (".".join(map(quoted, each)) for each in (keys, others))
    assert (path == other) == (keys == others)
    assert [plain(one) for one in steps(path)] == keys
    assert last(path) == (".".join(map(quoted, keys[:-1])), keys[-1])
    assert ".".join(map(written, read(path))) == path


@settings(max_examples=300, deadline=None)
@given(st.text('.[]{}*"\\ab', max_size=12))
def test_any_name_of_a_column_has_steps(name: str) -> None:
    """A column may be called anything: nothing is raised, and nothing is lost."""
    assert ".".join(steps(name)) == name
    above, _ = last(name)
    assert name.startswith(above)
