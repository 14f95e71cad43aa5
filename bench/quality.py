"""How often are we right, and how often are the peers, on the same labelled columns and lines?

`python -m bench quality` prints the shares; `python -m bench.quality --write` prints all tables and rewrites those of
docs/quality.md. Peers are asked where `bench/peers/setup` has set them up. One seed makes the same numbers again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.line import Line
from bench.peers import FOLDER, ask, installed, meaning
from custodes.company.columns import Labelled, Table, tables
from custodes.company.texts import Line as TextLine
from custodes.company.texts import lines
from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.evaluation import columns, report, texts
from custodes.evaluation.judged import Judged, Told, totals

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "quality.md"
SEED: Final = 1
_CELLS: Final = 40  # distinct cells of a column that a peer is shown; more would take it hours
_REMARKS: Final = 1_000  # cells of free text


@dataclass(frozen=True, slots=True)
class Peer:
    """name: with its version. script: that asks it. meaning: of its words. text: whether it reads running text."""

    name: str
    package: str
    script: str
    meaning: Mapping[str, tuple[str, ...]]
    text: bool = True

    @property
    def offers(self) -> frozenset[str]:
        """Our categories that it claims to know."""
        return frozenset(category for meant in self.meaning.values() for category in meant)


PEERS: Final = (
    Peer("Presidio (all pattern recognisers)", "presidio-analyzer", "ask_presidio.py", meaning.PRESIDIO),
    Peer("DataProfiler", "dataprofiler", "ask_dataprofiler.py", meaning.DATAPROFILER, text=False),
    Peer("DataFog (regular expressions)", "datafog", "ask_datafog.py", meaning.DATAFOG),
)


def answered(peer: Peer, what: str, asked: Sequence[Mapping[str, object]]) -> list[dict[str, Any]]:
    """A peer's answers, kept in bench/out for the same questions: asking takes minutes, and its answers stay."""
    text = "".join(json.dumps(one) + "\n" for one in asked)
    version = "".join(
        (FOLDER / name).read_text(encoding="utf-8") for name in ("requirements.lock", "asked.py", peer.script)
    )
    mark = hashlib.sha256((version + text).encode()).hexdigest()[:16]
    kept = ROOT / "bench" / "out" / f"{peer.package}.{what}.{mark}.jsonl"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            questions, answers = Path(place) / "asked.jsonl", Path(place) / "told.jsonl"
            questions.write_text(text, encoding="utf-8")
            ask(peer.script, what, str(questions), str(answers))
            shutil.copyfile(answers, kept)
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


def cells(table: Table, truth: Labelled) -> list[str]:
    """The values at a path as plain texts, distinct, as many as a peer is shown; nested ones are taken out for it."""
    name, *inner = truth.path.replace("[]", "").split(".")
    values: list[object] = table.data.column(name).to_pylist()
    if truth.place == "json":
        values = [json.loads(str(value))["body"][inner[-1]] for value in values]
    elif truth.place == "struct":
        values = [value[inner[-1]] if isinstance(value, dict) else None for value in values]
    elif truth.place == "list":
        values = [value[0] if isinstance(value, list) and value else None for value in values]
    filled = dict.fromkeys(str(value) for value in values if value is not None and str(value).strip())
    return list(filled)[: _REMARKS if truth.free_text else _CELLS]


def judged_columns(peer: Peer, made: Sequence[Table]) -> list[Judged]:
    """A peer's answers to every labelled column."""
    truths = {f"{table.name}|{truth.path}": (table, truth) for table in made for truth in table.truth}
    asked = [
        {"key": key, "header": truth.path.replace("[]", "").rpartition(".")[2], "cells": shown}
        for key, (table, truth) in truths.items()
        if (shown := cells(table, truth))
    ]
    told = {one["key"]: one["told"] for one in answered(peer, "columns", asked)}
    return [Judged(truth, _best(peer, truth, told.get(key, []))) for key, (_, truth) in truths.items()]


def _best(peer: Peer, truth: Labelled, told: Sequence[tuple[str, float]]) -> tuple[Told, ...]:
    """Its answers in our words, read in its favour: of several, a right one counts as its first."""
    read = []
    for name, part in told:
        meant = peer.meaning.get(name, ())
        right = [category for category in meant if category in truth.accepted]
        if right or (meant and name not in meaning.NEUTRAL):
            read.append(Told(right[0] if right else meant[0], share=float(part)))
    return tuple(sorted(read, key=lambda one: one.category not in truth.accepted))


def judged_text(peer: Peer, made: Sequence[TextLine]) -> texts.TextResult:
    """A peer's answers to every line."""
    found = [one["found"] for one in answered(peer, "text", [{"text": line.text} for line in made])]

    def find(_: Sequence[str]) -> Iterator[list[texts.Match]]:
        for line, matches in zip(made, found, strict=True):
            read = []
            for start, end, name in matches:
                near = {c for plant in line.plants if plant.start < end and start < plant.end for c in plant.accepted}
                meant = peer.meaning.get(name, ())
                if meant:
                    read.append((start, end, next((one for one in meant if one in near), meant[0])))
            yield read

    return texts.judge(made, find)


def offered(judged: Sequence[Judged], offers: frozenset[str]) -> list[Judged]:
    """Columns of kinds that a peer claims to know."""
    return [one for one in judged if one.truth.accepted & offers]


def column_row(name: str, judged: Sequence[Judged], offers: frozenset[str]) -> report.Row:
    """One line of the table of peers: ours, or one of them."""
    whole = totals(judged)
    known = totals(offered(judged, offers))
    kinds = {one.truth.kind for one in judged if one.truth.accepted and not one.truth.free_text}
    theirs = {one.truth.kind for one in offered(judged, offers) if not one.truth.free_text}
    return (
        name, f"{len(theirs)}/{len(kinds)}", str(known.named), str(known.opaque), str(known.misled), str(whole.named),
        str(whole.opaque), str(whole.decoys), str(whole.text),
    )  # fmt: skip


def text_row(name: str, result: texts.TextResult, offers: frozenset[str]) -> report.Row:
    """One line of the table of peers for text: over the categories that it offers, each counting alike."""
    known = [one for one in result.by_category if one.planted and one.category in offers]
    every = [one for one in result.by_category if one.planted]
    good = sum(one.precision >= 0.97 and one.recall >= 0.97 for one in every)
    precision = sum(one.precision for one in known) / max(len(known), 1)
    recall = sum(one.recall for one in known) / max(len(known), 1)
    count = f"{len(known)}/{len(every)}"
    return name, count, report.share(precision), report.share(recall), f"{good}/{len(every)}"


COLUMN_HEADING: Final = (
    "",
    "kinds offered",
    "named",
    "opaque",
    "lying",
    "named, all kinds",
    "opaque, all kinds",
    "decoys",
    "free text",
)
TEXT_HEADING: Final = ("", "categories offered", "precision", "recall", ".97 and more")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """What one of us said. text: None where it reads no running text."""

    name: str
    offers: frozenset[str]
    columns: Sequence[Judged]
    text: texts.TextResult | None


def answers() -> list[Answers]:
    """Ours, then the peers' that are set up."""
    categories = load_categories()
    classifier = Classifier(categories, today=columns.TODAY)
    made_tables, made_lines = list(tables(SEED)), list(lines(SEED))
    judged = list(columns.judge(made_tables, classifier))
    result = texts.judge(made_lines, texts.ours(classifier))
    told = [Answers("Custodes", frozenset(one.id for one in categories), judged, result)]
    if installed():
        for peer in PEERS:
            text = judged_text(peer, made_lines) if peer.text else None
            told.append(Answers(peer.name, peer.offers, judged_columns(peer, made_tables), text))
    return told


def parts(told: Sequence[Answers]) -> dict[str, str]:
    """Every table of the page by its mark, as Markdown; the first of the answers is ours."""
    judged, known = told[0].columns, told[0].offers
    result = told[0].text or texts.TextResult((), (), (), (), 0)
    column_rows = [column_row(one.name, one.columns, one.offers) for one in told]
    line_rows = [text_row(one.name, one.text, one.offers) for one in told if one.text is not None]
    heading = ("precision", "recall", "found", "false", "shifted")
    return {
        "totals": report.markdown(("", "right", "share"), report.total_rows(judged)),
        "kinds": report.markdown(("kind", "", "named", "opaque", "lying"), report.kind_rows(judged)),
        "confusions": report.markdown(("instead of", "name", "told", "columns"), report.confusion_rows(judged)),
        "reliability": report.markdown(("confidence", "right", "share"), report.reliability_rows(judged)),
        "text": report.markdown(("", "", "share"), report.text_totals(result, known)),
        "categories": report.markdown(("category", *heading), report.text_rows(result.by_category)),
        "forms": report.markdown(("form", *heading), report.text_rows(result.by_form)),
        "genres": report.markdown(("genre", *heading), report.text_rows(result.by_genre)),
        "peers-columns": report.markdown(COLUMN_HEADING, column_rows),
        "peers-text": report.markdown(TEXT_HEADING, line_rows),
    }


def run() -> list[Line]:
    """Per cent right, of ours and of the peers: over all kinds, offered or not."""
    made = []
    for one in answers():
        told = totals(one.columns)
        shares = {
            "columns, usual names": told.named,
            "columns, opaque names": told.opaque,
            "columns, lying names": told.misled,
            "decoys left alone": told.decoys,
        }
        made += [Line(what, one.name, 100 * score.share, "%") for what, score in shares.items()]
        if one.text is not None:
            found = sum(score.found for score in one.text.by_category)
            planted = sum(score.planted for score in one.text.by_category)
            made.append(Line("text, found exactly", one.name, 100 * found / max(planted, 1), "%"))
    return made


def written(page: str, made: Mapping[str, str]) -> str:
    """The page with its marked tables replaced. Raises ValueError for a table that has no mark in it."""
    for mark, table in made.items():
        begin, end = f"<!-- {mark} -->\n", f"\n<!-- /{mark} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"no mark for {mark}")
        page = f"{before}{begin}\n{table}\n{end}{after}"
    return page


if __name__ == "__main__":
    every = parts(answers())
    print("\n\n".join(every.values()))
    if "--write" in sys.argv:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), every), encoding="utf-8")
