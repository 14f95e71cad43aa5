"""Who touched what, was there a reason, and is that all there was?"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.river import Json
from custodes.cli.workspace import looking

if TYPE_CHECKING:
    from custodes.records.answer import Question

Since = Annotated[str | None, typer.Option(help="The first day or time asked for (RFC 3339; a day begins in UTC).")]
Until = Annotated[str | None, typer.Option(help="The first day or time not asked for any more.")]


@app.command()
def who(
    named: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="A customer, as the logs name them, or by number.")
    ] = None,
    *,
    subject: Annotated[str | None, typer.Option(help="The same: customer:81723, or 81723.")] = None,
    actor: Annotated[str | None, typer.Option(help="What did this actor touch: staff:e17, or e17.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Who touched this dataset: store.schema.table, or more.")] = None,
    field: Annotated[str | None, typer.Option(help="With --dataset: only touches of this field.")] = None,
    key: Annotated[str | None, typer.Option(help="What was done with this API key.")] = None,
    party: Annotated[str | None, typer.Option(help="What was done for this party: seller:12.")] = None,
    since: Since = None,
    until: Until = None,
    json: Json = False,
) -> None:
    """Who touched this, when and why, with ledger indices, and what the logs cannot tell; the asking is sealed."""
    from custodes.cli import answer as told
    from custodes.cli import show
    from custodes.pipeline.who import who as ask_who

    given = {"subject": named or subject, "actor": actor, "dataset": dataset, "key": key, "party": party}
    if named and subject:
        given["subject"] = None
    question = _question(given, field, since, until)
    with looking() as workspace:
        answer = ask_who(workspace, question)
    print(show.as_json(told.who_plain(answer)) if json else told.who_text(answer))
    sys.exit(CLEAN if answer.complete else UNCOVERED)


def _question(given: dict[str, str | None], field: str | None, since: str | None, until: str | None) -> Question:
    from custodes.errors import BadInput
    from custodes.records.answer import BYS, Question

    asked = [by for by in BYS if given[by] is not None]
    if len(asked) != 1:
        raise BadInput("exactly one thing is asked about", hint="name SUBJECT, or one of --" + ", --".join(BYS))
    if field is not None and asked != ["dataset"]:
        raise BadInput("a field belongs to a dataset", hint="name it: --dataset store.schema.table --field NAME")
    return Question(asked[0], given[asked[0]] or "", field, moment(since, "--since"), moment(until, "--until"))


def moment(text: str | None, option: str) -> datetime | None:
    """A day or time as written on the command line, after this option. Raises BadInput."""
    from custodes.events import times

    return None if text is None else times.asked(text, option)
