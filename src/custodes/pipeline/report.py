"""What does a customer get who asks who looked at their data? The leaving is a receipt before the first byte is out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from custodes.pipeline.categories import known_categories
from custodes.pipeline.find import spelt
from custodes.pipeline.rulings import ruled
from custodes.pipeline.who import who
from custodes.pipeline.workspace import Workspace
from custodes.records.answer import Answer, Question
from custodes.report.html import html
from custodes.report.pdf import pdf
from custodes.report.told import Told, tell

FORMATS: Final[dict[str, Callable[[Told], bytes]]] = {"html": html, "pdf": pdf}


@dataclass(frozen=True, slots=True)
class Reported:
    """data: the bytes whose digest is sealed. answer: what they tell of."""

    data: bytes
    answer: Answer


def subject_report(workspace: Workspace, asked: Question, form: str) -> Reported:
    """The document about one subject in one of FORMATS. The look and the leaving are sealed before this returns.

    Raises as `who` does.
    """
    answer = who(workspace, asked)
    told = tell(
        answer,
        _kinds(workspace),
        company=workspace.config.controller.name or workspace.config.name,
        contact=workspace.config.controller.contact,
        made=workspace.clock(),
    )
    data = FORMATS[form](told)
    token = workspace.tokeniser.token
    receipt = workspace.receipt(
        "export",
        what="subject report",
        format=form,
        subject=answer.asked.name if answer.touches else token(answer.asked.name),
        sha256=hashlib.sha256(data).hexdigest(),
        touches=len(answer.touches),
        definitive=answer.complete,
    )
    workspace.seal_receipts([receipt])
    return Reported(data, answer)


def _kinds(workspace: Workspace) -> dict[str, dict[str, list[str]]]:
    """By dataset and every way a log may name a field: the titles of the kinds of data in it."""
    categories = known_categories(workspace)
    found: dict[str, dict[str, list[str]]] = {}
    for one in ruled(workspace)[0]:
        names = found.setdefault(f"{one.store}.{one.dataset}", {})
        for verdict in one.verdicts:
            category = categories.get(verdict.category)
            for name in spelt(verdict.field):
                names.setdefault(name, []).append(verdict.category if category is None else category.title)
    return found
