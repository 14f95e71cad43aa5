"""What does a run tell on one screen?"""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from typing import TYPE_CHECKING

from custodes.cli.show import place, safe
from custodes.records import Overview, Skipped

if TYPE_CHECKING:
    from custodes.pipeline.run import RunOutcome
    from custodes.risk.register import Risk

_MOST = 6
_GAPS = 4
_WIDTH = 110


def run_text(outcome: RunOutcome) -> str:
    """What was found where, what is misplaced, which incidents, top risks, ledger, what was not covered, the memo."""
    known = outcome.overview
    parts = [
        *_data(known),
        *_misplaced(known),
        *_incidents(known),
        *_risks(outcome.risks),
        *_ledger(known),
        *_uncovered(known.skipped),
        "",
        f"memo      {outcome.memo}",
    ]
    if not outcome.changed:
        parts.append("nothing was new since the last run")
    if known.excepted:
        parts.insert(-2, f"excepted    {len(known.excepted)} findings are known and allowed (custodes exceptions list)")
    return "\n".join(safe(line) for part in parts for line in part.split("\n"))


def _data(known: Overview) -> list[str]:
    where: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for field in known.fields:
        where[field.category][field.store] += 1
    rows = sum(one.rows_read for one in known.examined)
    head = f"customer data   {len(known.fields)} fields in {len(known.examined)} datasets, {rows:,} rows read"
    order = sorted(
        where, key=lambda name: (-known.categories[name].sensitivity if name in known.categories else 0, name)
    )
    lines = [head]
    for category in order[:_MOST]:
        stores = ", ".join(f"{store} {count}" for store, count in sorted(where[category].items()))
        title = known.categories[category].title if category in known.categories else category
        lines.append(f"  {title:34} {stores}")
    lines += _more(len(order) - _MOST, "kinds")
    held = len(known.suppressed)
    return [*lines, f"  held not personal by a ruling: {held} (custodes verdicts list)"] if held else lines


def _misplaced(known: Overview) -> list[str]:
    found = [finding for finding in known.findings if finding.check == "misplaced_data"]
    lines = ["", f"in the wrong place   {len(found)}"]
    lines += [_wrapped(_first(finding.reason), "  ") for finding in found[:_MOST]]
    return lines + _more(len(found) - _MOST, "places")


def _incidents(known: Overview) -> list[str]:
    misplaced = {finding.id for finding in known.findings if finding.check == "misplaced_data"}
    found = [one for one in known.incidents if not set(one.findings) <= misplaced]
    touched = f"{known.events:,} touches by {known.actors:,} actors of {known.subjects:,} customers"
    lines = ["", f"incidents   {len(found)} in {touched}"]
    for one in found[: _MOST + 2]:
        lines.append(f"  {one.score:5.1f}  {one.title}")
        lines.append(_wrapped(_first(one.reason), "         "))
    return lines + _more(len(found) - _MOST - 2, "incidents")


def _risks(risks: tuple[Risk, ...]) -> list[str]:
    lines = ["", "top risks   impact x likelihood x control, 125 is the worst"]
    return lines + [
        f"  {risk.score:4}  {risk.title} ({risk.impact} x {risk.likelihood} x {risk.control})" for risk in risks[:3]
    ]


def _ledger(known: Overview) -> list[str]:
    if known.ledger.verified:
        return ["", f"ledger    verified: {known.ledger.size:,} leaves, root {known.ledger.root[:16]}…"]
    return ["", "ledger    NOT VERIFIED", *(f"  {problem}" for problem in known.ledger.problems)]


def _uncovered(skipped: tuple[Skipped, ...]) -> list[str]:
    lines = ["", f"not covered   {len(skipped)}"]
    lines += [f"  {place(one)}{one.reason}" for one in skipped[:_GAPS]]
    return lines + _more(len(skipped) - _GAPS, "things")


def _first(reason: str) -> str:
    """The first sentence: one screen holds the stories, `detect` and the memo hold their reasons."""
    return re.split(r"(?<=[a-z0-9)]\.) (?=[A-Z])", reason, maxsplit=1)[0]


def _wrapped(text: str, margin: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False)


def _more(count: int, what: str) -> list[str]:
    return [f"  and {count} more {what if count > 1 else what.removesuffix('s')}"] if count > 0 else []
