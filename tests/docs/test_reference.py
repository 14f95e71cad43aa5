"""Does the reference name what there is, and nothing else?"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from custodes import config
from custodes.cli import commands
from custodes.cli.app import app
from custodes.cli.template import TEMPLATE, write_template
from custodes.errors import ConfigError
from custodes.records import EVENT_COLUMNS
from custodes.records.schema import CONTEXT_SCHEMAS, CONTEXT_TOKENS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table row of a page, without headings and rules."""
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def code(cell: str) -> list[str]:
    """What a cell has in code marks."""
    return re.findall(r"`([^`]+)`", cell)


# --- commands.md ------------------------------------------------------------------------------------------------


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*path, name))
    else:
        yield " ".join(path), command


def test_the_page_of_commands_names_each_command_and_option() -> None:
    """Every command with every option has a row, and every row is a command."""
    assert commands.__name__ == "custodes.cli.commands"  # its import registers the commands
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8").split("## Exit codes")[0]
    told = {}
    for row in rows(page):
        words = [word for word in code(row[0])[0].split() if word.strip("[]…").islower()]
        told[" ".join(words)] = {word for part in code(row[2]) for word in part.split() if word.startswith("--")}
    there = {
        name: {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        - {"--help"}
        for name, command in _commands(get_command(app))
    }
    assert told == there


# --- configuration.md -------------------------------------------------------------------------------------------


def _section(heading: str) -> str:
    page = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    parts = re.split(r"^## ", page, flags=re.MULTILINE)
    return next(part for part in parts if part.startswith(heading))


def _accepted(folder: Path, table: str, minimum: str) -> set[str]:
    """The keys a table takes, as the refusal of one that does not exist names them."""
    file = folder / "custodes.toml"
    file.write_text(f'name = "x"\n{table}\n{minimum}\nzzzzzz = 1\n')
    with pytest.raises(ConfigError) as refused:
        config.load(file)
    assert refused.value.what == "no such key"
    return set(refused.value.hint.removeprefix("one of: ").split(", "))


NEEDED = 'map = {time = "t", actor = "a", action = "b", dataset = "d"}'
URLS = {"postgres": "postgresql://h/d", "mysql": "mysql://u@h/", "s3": "s3://b/p"}
TABLES = {
    "Stores": [
        ("[stores.n]", f'kind = "{kind}"\n' + (f'url = "{URLS[kind]}"' if kind in URLS else 'path = "p"'))
        for kind in config.STORE_KINDS
    ],
    "Logs": [("[logs.n]", f'kind = "{kind}"\npath = "p"\n{NEEDED}') for kind in config.LOG_KINDS],
    "Flows": [("[flows.n]", 'paths = ["p"]')],
    "Context": [(f"[context.{kind}]", 'path = "p"') for kind in config.CONTEXT_KINDS],
    "Controller": [("[controller]", "")],
    "Processing": [("[processing.n]", 'datasets = ["s"]')],
    "Sigma": [("[sigma]", 'rules = ["."]')],
    "Notices": [("[[notices]]", 'name = "n"\nkind = "ocsf"\npath = "p"')],
}


def test_every_key_of_the_configuration_is_on_its_page_and_no_other(tmp_path: Path) -> None:
    """What the loader takes and what the page's tables name are the same, section by section."""
    for heading, tables in TABLES.items():
        taken: set[str] = set()
        for table, minimum in tables:
            taken |= _accepted(tmp_path, table, minimum)
        assert _told(heading) == taken, heading
    top = _told("Configuration")
    assert {key for key in top if "." not in key} | {
        "stores",
        "logs",
        "context",
        "scan",
        "controller",
        "processing",
        "flows",
        "sigma",
        "notices",
    } == _accepted(tmp_path, "", "")
    assert {key for key in top if "." in key} == {f"scan.{key}" for key in _accepted(tmp_path, "[scan]", "")}


def _told(heading: str) -> set[str]:
    """The keys in the first column of the tables of one section; `Configuration` is the page's head."""
    page = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    section = next(part for part in re.split(r"^#+ ", page, flags=re.MULTILINE) if part.startswith(heading))
    return {key for row in rows(section) for key in code(row[0])}


def test_the_page_names_kinds_rules_and_columns() -> None:
    """Each kind of store and log, each part of a rule, and each column of a context table is on the page."""
    page = " ".join((REFERENCE / "configuration.md").read_text(encoding="utf-8").split())
    for kind in (*config.STORE_KINDS, *config.LOG_KINDS):
        assert f"`{kind}`" in page, kind
    for part in ("path", "template", "const", "values", "default", "token"):
        assert re.search(rf"`{part}[` ]", page), part
    for kind, schema in CONTEXT_SCHEMAS.items():
        assert f"{kind} `{' '.join(schema.names)}`" in page
    assert "Household, surname, relations and the parties' device, bank, address and phone become keyed tokens" in page
    assert sorted(column for columns in CONTEXT_TOKENS.values() for column in columns) == [
        *("address", "bank", "device", "household", "phone", "relations", "surname")
    ]


def test_context_tables_may_have_a_timezone(tmp_path: Path) -> None:
    """As the page says, and the loader takes it."""
    (tmp_path / "custodes.toml").write_text('name = "x"\n[context.cases]\npath = "p"\ntimezone = "Europe/Tallinn"\n')
    assert config.load(tmp_path / "custodes.toml").context[0].timezone == "Europe/Tallinn"
    assert "timezone" in _told("Context")


# --- the template of `custodes init` ----------------------------------------------------------------------------

# A commented line that is TOML: a table's head, or a key with its value.
_COMMENTED = re.compile(r"^# (?=\[{1,2}\w+\.?[\w.]*\]|\w+ = )", re.MULTILINE)


def test_the_written_template_loads_as_it_is_and_with_every_comment_removed(tmp_path: Path) -> None:
    """Whoever uncomments an example has a configuration that holds."""
    file = write_template(tmp_path)
    assert config.load(file).stores == ()
    for folder in ("detections", "categories", "sigma"):
        (tmp_path / folder).mkdir()
    file.write_text(_COMMENTED.sub("", TEMPLATE))
    whole = config.load(file)
    assert {store.kind for store in whole.stores} == set(config.STORE_KINDS)
    assert {log.kind for log in whole.logs} == set(config.LOG_KINDS) - {"csv"}
    assert {context.kind for context in whole.context} == {"people", "cases"}
    assert whole.scan == config.ScanConfig(anonymisers=("mask_mail",))
    assert [one.name for one in whole.processing] == ["orders"]


def test_uncommenting_the_templates_own_folders_sets_them(tmp_path: Path) -> None:
    """`detections` and `categories` of the template reach the configuration."""
    file = write_template(tmp_path)
    for folder in ("detections", "categories", "sigma"):
        (tmp_path / folder).mkdir()
    file.write_text(_COMMENTED.sub("", TEMPLATE))
    whole = config.load(file)
    assert whole.detections == tmp_path / "detections"
    assert whole.categories == tmp_path / "categories"


# --- events.md, and the pages made from data --------------------------------------------------------------------


def test_the_page_of_events_names_each_column() -> None:
    """Every column of an event is in the table at the head of the page."""
    page = (REFERENCE / "events.md").read_text(encoding="utf-8")
    table = page.split("## The event")[1].split("\n\n")[1]
    told = [name for line in table.splitlines()[1:] for name in line.split("|")[1].replace(",", " ").split()]
    assert set(EVENT_COLUMNS) <= set(told)


def test_pages_made_from_data_are_as_the_data() -> None:
    """Each detection and category that ships is told on its page in its own words."""
    maker = runpy.run_path(str(ROOT / "dev" / "pages.py"))
    made: dict[Path, str] = maker["pages"]()
    wrong = [file for file, text in made.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    wrong += maker["stale"](made)
    names = ", ".join(file.name for file in wrong)
    assert wrong == [], f"{names} differ from the YAML files; rewrite them: .venv/bin/python dev/pages.py"
