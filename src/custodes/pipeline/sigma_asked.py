"""Which Sigma rules were asked when detections last ran, and are there any that were not?

Rules lie in folders that change between two runs. What is told of the state (memo, console, summary) names the rules
that stand behind it, and says where the folders hold others by now: a rule nobody asked is not a rule that is quiet.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from custodes.pipeline.sigma import STORE, rule_files
from custodes.pipeline.workspace import Workspace
from custodes.records import Skipped

_MARK: Final = "sigma:asked"


def note(workspace: Workspace, asked: Sequence[str]) -> None:
    """Keep which rules were asked to the end, and of which files they were read."""
    config = workspace.config.sigma
    if config is not None:
        told = json.dumps({"asked": sorted(asked), "files": rule_files(config)})
        workspace.judgements.set_mark(_MARK, told)


def asked_rules(workspace: Workspace) -> tuple[str, ...]:
    """Ids of the rules that were asked to the end; none where none are configured."""
    return tuple(_noted(workspace).get("asked", ())) if workspace.config.sigma is not None else ()


def unasked(workspace: Workspace) -> tuple[Skipped, ...]:
    """What the folders hold and nobody asked yet."""
    config = workspace.config.sigma
    if config is None:
        return ()
    noted = _noted(workspace)
    if noted.get("files") == rule_files(config):
        return ()
    what = (
        "rules or their configuration have changed since they were last asked"
        if noted
        else "rules are configured, and none was asked yet"
    )
    return (Skipped("detect", STORE, "Sigma rules", what, 'run "custodes detect"'),)


def _noted(workspace: Workspace) -> dict[str, list[str] | str]:
    told = workspace.judgements.marked(_MARK)
    noted: dict[str, list[str] | str] = json.loads(told) if told else {}
    return noted
