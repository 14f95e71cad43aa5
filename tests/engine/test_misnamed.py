"""Which column did a query mean that names one there is not?"""

from __future__ import annotations

import pytest

from custodes.engine import embedded
from custodes.engine.interface import QuestionFailed


@pytest.mark.parametrize(
    ("sql", "reason", "hint"),
    [
        ("select actr from touch", '"actr"', 'did you mean "actor"? touch has: '),
        ("select t.explaned from touch t", '"explaned"', 'did you mean "explained"? touch has: '),
        (
            "with a as (select actor as whom from event) select whon from a",
            '"whon"',
            'did you mean "whom"? event has: ',
        ),
        ("select p.tem from event e join people p on p.id = e.actor", '"tem"', "people has: id, team, "),
        ("select zzzzzzzz from cases", '"zzzzzzzz"', "cases has: id, "),
        ("select x from (select 1 as n)", '"x"', "correct the query"),
    ],
)
def test_the_nearest_column_is_named_and_all_there_are(sql: str, reason: str, hint: str) -> None:
    engine = embedded.empty()
    try:
        with pytest.raises(QuestionFailed) as failed:
            engine.ask(sql)
    finally:
        engine.close()
    assert f"no column {reason}" in failed.value.reason
    assert failed.value.hint.startswith(hint) or hint in failed.value.hint


def test_other_mistakes_keep_their_words() -> None:
    engine = embedded.empty()
    try:
        with pytest.raises(QuestionFailed) as failed:
            engine.ask("select sum(actor) from event")
    finally:
        engine.close()
    assert "does not fit the views" in failed.value.reason
