"""What do we tell the leadership? Sections of sentences whose numbers all come from one overview and its risks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from custodes.memo import happened, held, outlook, unseen
from custodes.memo.sentence import Paragraph, Sentence, clean, cut, day
from custodes.records import Overview
from custodes.risk import Risk

Chart = Literal["stores", "incidents", "risks"]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the memo. chart: the picture that stands after it, where one says more than words."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The memo's content without its looks: the console and the one-screen summary may be told from it as well.

    headline: the whole memo in three or four sentences.
    """

    name: str
    as_of: datetime
    title: str
    subtitle: str
    headline: Paragraph
    sections: tuple[Section, ...]
    appendix: tuple[Paragraph, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence, in reading order."""
        paragraphs = [self.headline, *(one for part in self.sections for one in part.paragraphs), *self.appendix]
        return tuple(sentence for paragraph in paragraphs for sentence in paragraph)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is told before the rest is counted: what keeps the memo within its pages."""

    incidents: int = 5
    risks: int = 5
    names: int = 5
    decisions: int = 6


ROOMY: Final = Limits()
TIGHT: Final = Limits(incidents=3, risks=3, names=3, decisions=4)
TIGHTEST: Final = Limits(incidents=1, risks=2, names=2, decisions=3)


def gather(overview: Overview, risks: Sequence[Risk], limits: Limits = ROOMY) -> Facts:
    """The facts, from the overview and the risks that `risk.assess` gave for it."""
    risks = tuple(risks)
    name = cut(clean(overview.name), 60) or "the company"
    sections = (
        Section("protect", "What we protect", held.protect(overview, name)),
        Section(
            "happened", "What happened", happened.told(overview, limits.incidents), _if(overview.incidents, "incidents")
        ),
        Section(
            "where",
            "Where the data is, and where it should not be",
            held.where(overview, limits.names),
            _if(overview.fields, "stores"),
        ),
        Section("reach", "Who can reach it, and who did", happened.reach(overview, limits.names)),
        Section("risks", "Top risks", outlook.top_risks(risks, limits.risks), _if(risks, "risks")),
        Section("unseen", "What we could not see", unseen.told(overview, risks, limits.names)),
        Section("decisions", "Decisions asked for", outlook.decisions(overview, risks, limits.decisions)),
    )
    return Facts(
        name=name,
        as_of=overview.as_of,
        title=f"Customer data at {name}",
        subtitle=f"Memo to the leadership, as of {day('as_of', overview.as_of).text}",
        headline=outlook.headline(overview, risks, name),
        sections=sections,
        appendix=unseen.proof(overview),
    )


def _if(something: object, chart: Chart) -> Chart | None:
    return chart if something else None
