"""Which Sigma rules are there, and which of a folder's rules can be asked?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import CLEAN, FINDINGS, Choice
from custodes.cli.contents import detections
from custodes.cli.river import Json
from custodes.cli.workspace import configuration

if TYPE_CHECKING:
    from custodes.config import SigmaConfig
    from custodes.sigma.rule import RuleSet


@detections.command("sigma")
def check_sigma(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders of Sigma rules (default: those of custodes.toml).")
    ] = None,
    json: Json = False,
) -> None:
    """Which Sigma rules can be asked, and why the others cannot. Nothing is read but the rules."""
    from custodes.cli import show
    from custodes.pipeline.sigma import rule_set

    rules = rule_set(_meant(folders or ()))
    if json:
        print(show.as_json(_plain(rules)))
    else:
        for line in _lines(rules):
            print(show.safe(line))
    sys.exit(FINDINGS if rules.refused else CLEAN)


def _meant(folders: Sequence[Path]) -> SigmaConfig:
    from dataclasses import replace

    from custodes.config import SigmaConfig
    from custodes.errors import BadInput, ConfigError

    for folder in folders:
        if not folder.is_dir():
            raise BadInput("no such folder", where=str(folder), hint="name a folder of Sigma rules")
    try:
        known = configuration().sigma
    except ConfigError:
        if Choice.config is not None or not folders:
            raise
        known = None
    if known is None and not folders:
        raise BadInput("no folder of Sigma rules is configured", hint="name one, or add [sigma] to custodes.toml")
    if known is None:
        return SigmaConfig(tuple(folders))
    return replace(known, rules=tuple(folders)) if folders else known


def _plain(rules: RuleSet) -> dict[str, object]:
    from custodes.sigma.rule import Correlation, Rule

    def told(one: Rule | Correlation) -> dict[str, object]:
        about = one.about
        plain: dict[str, object] = {
            "id": about.check,
            "title": about.title,
            "severity": about.severity,
            "file": about.file,
            "told": one.told,
        }
        return plain | ({"source": one.source.name} if isinstance(one, Rule) else {"type": one.kind})

    return {
        "rules": [told(one) for one in rules.rules],
        "correlations": [told(one) for one in rules.correlations],
        "refused": [
            {"file": one.file, "title": one.title, "reason": one.reason, "hint": one.hint} for one in rules.refused
        ],
    }


def _lines(rules: RuleSet) -> list[str]:
    from custodes.sigma.folder import shown

    by_source: dict[str, int] = {}
    for one in rules.rules:
        by_source[one.source.name] = by_source.get(one.source.name, 0) + 1
    lines = [f"{count:6,}  {name}" for name, count in sorted(by_source.items(), key=lambda pair: (-pair[1], pair[0]))]
    if rules.correlations:
        lines.append(f"{len(rules.correlations):6,}  correlations")
    lines += [f"refused: {line}" for line in shown(rules.refused)]
    lines.append(f"{rules.count:,} rules can be asked, {len(rules.refused):,} cannot")
    return lines
