"""Commands on the scan's verdicts: list, suppress, confirm, withdraw, history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import app
from custodes.cli.river import Json
from custodes.cli.workspace import looking, reading

if TYPE_CHECKING:
    from custodes.records import Decided

verdicts = typer.Typer(no_args_is_help=True, help="What the scan says of each field, and what people say of that.")
app.add_typer(verdicts, name="verdicts")

Name = Annotated[str, typer.Argument(help='The field, as "verdicts list" shows it, or the end of its name.')]
Kind = Annotated[str, typer.Argument(metavar="CATEGORY", help='What it is said to hold; "categories list" names them.')]
Why = Annotated[str, typer.Option(help="The reason, for whoever reads it in a year. Name no person.")]


@verdicts.command("list")
def list_verdicts(json: Json = False) -> None:
    """Every field with customer data, how sure the scan is, and what is held not personal."""
    from custodes.cli import show
    from custodes.pipeline.rulings import ruled

    with reading() as workspace:
        examined, suppressed = ruled(workspace)
    print(show.as_json(show.verdicts_plain(examined, suppressed)) if json else show.verdicts_text(examined, suppressed))


@verdicts.command()
def suppress(
    field: Name,
    category: Kind,
    why: Why,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which the verdict comes back.")],
) -> None:
    """Rule that a verdict is wrong: the field is not personal, for this reason, until this day."""
    _rule(field, category, "not_personal", why, until)


@verdicts.command()
def confirm(field: Name, category: Kind, why: Why) -> None:
    """Rule that a field holds this kind of data, whether or not the scan finds it by itself."""
    _rule(field, category, "confirmed", why)


@verdicts.command()
def withdraw(field: Name, category: Kind, why: Why) -> None:
    """End an earlier ruling: the scan's own verdict counts again."""
    _rule(field, category, "withdrawn", why)


@verdicts.command()
def history(json: Json = False) -> None:
    """Every ruling ever made, by whom and why."""
    from custodes.cli import show

    with reading() as workspace:
        made = workspace.rulings.all()
    print(show.as_json(show.rulings_plain(made)) if json else show.rulings_text(made))


def _rule(field: str, category: str, decided: Decided, why: str, until: datetime | None = None) -> None:
    from custodes.cli.show import safe
    from custodes.pipeline.rulings import decide

    with looking() as workspace:
        one = decide(workspace, field, category, decided, why, until.replace(tzinfo=UTC) if until else None)
    name = f"{one.store}.{one.dataset}.{one.field}"
    print(safe(f"{name} ({category}) is {one.decided.replace('_', ' ')}; the ruling is sealed"))
