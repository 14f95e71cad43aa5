"""Which Sigma rules does the owner have, and when are they asked again? Nothing is loaded where there are none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from custodes.config import SigmaConfig
from custodes.engine.interface import Engine
from custodes.engine.tables import DuckTables
from custodes.errors import ConfigError
from custodes.pipeline.workspace import Workspace
from custodes.records import Finding, Skipped

if TYPE_CHECKING:
    from custodes.sigma.rule import Refused, RuleSet

STORE: Final = "sigma"


@dataclass(slots=True)
class SigmaOutcome:
    """What was found, and what could not be asked or seen. asked: ids of the rules that were asked to the end."""

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def rule_set(config: SigmaConfig) -> RuleSet:
    """The owner's rules, each tried. Raises ConfigError where the parser is not installed."""
    try:
        from custodes.sigma.folder import load  # noqa: PLC0415 - pySigma is slow to import
        from custodes.sigma.trial import tried  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "sigma":
            raise
        raise ConfigError(
            "Sigma rules are configured, and their parser is not installed",
            where="[sigma]",
            hint='pip install "custodes[sigma]"',
        ) from error
    with DuckTables(threads=1) as tables:
        return tried(load(config.rules, config.placeholders, config.root), tables, config.fields)


def rule_files(config: SigmaConfig) -> str:
    """A digest of the rules' files, and of how they are configured."""
    digest = hashlib.sha256(repr((config.fields, config.placeholders)).encode())
    for folder in config.rules:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(str(file.relative_to(folder)).encode())
            try:
                with file.open("rb") as opened:  # of any size: other files may lie there
                    digest.update(hashlib.file_digest(opened, "sha256").digest())
            except OSError as error:
                digest.update(str(error.errno).encode())
    return digest.hexdigest()


def sigma_inputs(workspace: Workspace) -> str:
    """A digest of what rules can find beside the evidence: their files, how they are configured, the raw logs."""
    config = workspace.config.sigma
    if config is None:
        return ""
    digest = hashlib.sha256(f"noted {rule_files(config)}".encode())  # noted: see pipeline.sigma_asked
    for log in workspace.config.logs:
        if log.sigma is not None:
            digest.update(repr((log.name, log.sigma, log.path)).encode())
            for name in sorted(workspace.intake.positions(log.name)):
                digest.update(repr((name, _state(workspace, name))).encode())
    return digest.hexdigest()


def sigma_findings(workspace: Workspace, engine: Engine) -> SigmaOutcome:
    """Ask every rule. engine: over the sealed events. Raises QuestionFailed where evidence cannot be read."""
    config = workspace.config.sigma
    if config is None:
        return SigmaOutcome()
    rules = rule_set(config)
    from custodes.pipeline.sigma_ask import asked  # noqa: PLC0415 - it loads the parser

    findings, skipped, answered = asked(workspace, config, rules, engine)
    return SigmaOutcome(findings, [*refused_skipped(rules.refused), *skipped], answered)


def refused_skipped(refused: Sequence[Refused]) -> Iterator[Skipped]:
    """Each rule that is not asked, with its file and title."""
    for one in refused:
        named = f"{one.file}: {one.title}" if one.title else one.file
        yield Skipped("detect", STORE, named, one.reason, one.hint)


def _state(workspace: Workspace, name: str) -> tuple[int, int] | None:
    try:
        status = (workspace.config.root / name).stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
