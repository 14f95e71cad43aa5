"""How many insiders are found, how soon, and how much of what is shown is true? Ours and simpler methods side by side.

`python -m bench insiders` looks at two companies of each shape, one with careless and one with careful insiders;
`python -m bench.insiders --write` at twenty, and rewrites the tables of docs/quality.md. Shapes and seeds are those
that no detection was tuned on. One seed makes the same numbers again.
"""

from __future__ import annotations

import sys
from typing import Final

from bench.line import Line
from bench.quality import PAGE, written
from custodes.evaluation import insider_report, insiders_run, report

_STAFF: Final = 120
_BUDGET: Final = 5
_SEEDS: Final = 10
_TOTALS: Final = ("", "precision", "recall", "recall, hard", "false", "joiners", "settled", "reason true")
_CAMPAIGNS: Final = ("campaign", "stealth", "recall", "days", "lost")


def run(seeds: str = "1") -> list[Line]:
    """Per cent of what was shown that is true, of the campaigns that were found, and false ones a day."""
    lines = []
    for name, one in asked(int(seeds)).figures.items():
        lines += [
            Line("insiders: shown and true", name, 100 * one.precision.value, "%"),
            Line("insiders: false", name, one.false_rate, "per 1,000 people and day"),
            *(
                Line(f"insiders: found, {stealth}", name, 100 * share.value, "%")
                for stealth in ("default", "hard")
                if (share := insider_report.pooled(one, stealth)).of
            ),
        ]
    return lines


def asked(seeds: int) -> insiders_run.Result:
    """So many companies of each shape, twice: with careless and with careful insiders."""
    return insiders_run.run(
        seeds=seeds, staff=_STAFF, stealth=("default", "hard"), reporting=True, per_thousand=_BUDGET, baselines=True,
        on_company=lambda name: print(name, file=sys.stderr, flush=True),
    )  # fmt: skip


def parts(result: insiders_run.Result) -> dict[str, str]:
    """Every table about insiders by its mark, as Markdown."""
    ours = result.figures[insiders_run.OURS]
    return {
        "insiders-seen": f"{insider_report.seen_on(result.companies, _STAFF)}.",
        "insiders-totals": report.markdown(_TOTALS, insider_report.total_rows(result.figures)),
        "insiders-campaigns": report.markdown(_CAMPAIGNS, insider_report.campaign_rows(ours)),
    }


if __name__ == "__main__":
    result = asked(_SEEDS)
    every = parts(result)
    print("\n\n".join([*every.values(), *(f"not asked: {line}" for line in result.skipped)]))
    if "--write" in sys.argv:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), every), encoding="utf-8")
