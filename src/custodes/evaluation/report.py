"""In which tables are the counts told? The same for the terminal, for JSON and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from custodes.evaluation.judged import Judged, Score, confusions, reliability, score, totals
from custodes.evaluation.texts import TextResult, TextScore

Row = tuple[str, ...]
_TOTALS: Final = {
    "kinds": "kinds right in every column with a usual name",
    "named": "columns with a usual name",
    "opaque": "columns with a name that says nothing, where values can tell",
    "misled": "columns with a name that lies",
    "decoys": "decoys, under any name",
    "text": "columns of free text",
}


def share(part: float) -> str:
    """Three places, and never 1 or 0 where it is only nearly so."""
    if 0.9995 <= part < 1:
        return ".999+"
    return f"{part:.3f}"


def total_rows(judged: Sequence[Judged]) -> list[Row]:
    """What, right of so many, share."""
    told = totals(judged)
    scores = {name: getattr(told, name) for name in _TOTALS}
    return [(_TOTALS[name], str(one), share(one.share)) for name, one in scores.items()]


def kind_rows(judged: Sequence[Judged]) -> list[Row]:
    """By kind: right of so many under usual, opaque and lying names; a star where values alone cannot tell."""
    kinds: dict[str, list[Judged]] = {}
    for one in judged:
        kinds.setdefault(one.truth.kind, []).append(one)
    rows: list[Row] = []
    for kind, columns in kinds.items():
        first = columns[0].truth
        by_header = [
            score(one for one in columns if one.truth.header == header) for header in ("named", "opaque", "wrong")
        ]
        what = "free text" if first.free_text else "personal" if first.accepted else "decoy"
        star = "*" if first.accepted and not first.tells else ""
        rows.append((kind, what, str(by_header[0]), f"{by_header[1]}{star}", str(by_header[2])))
    return rows


def confusion_rows(judged: Iterable[Judged]) -> list[Row]:
    """Kind, kind of name, what was told instead, how often."""
    return [(kind, header, told, str(count)) for kind, header, told, count in confusions(judged)]


def reliability_rows(judged: Iterable[Judged]) -> list[Row]:
    """By confidence: right of so many verdicts, and the share."""
    return [
        (f"{low:.2f} to {high:.2f}", str(one), share(one.share) if one.of else "-")
        for low, high, one in reliability(judged)
    ]


def columns_json(judged: Sequence[Judged]) -> dict[str, object]:
    """The keys of `evaluate columns --json`."""
    told = totals(judged)
    return {
        "totals": {name: _score(getattr(told, name)) for name in _TOTALS},
        "kinds": [
            dict(zip(("kind", "what", "named", "opaque", "wrong"), (row[0], row[1], *row[2:]), strict=True))
            for row in kind_rows(judged)
        ],
        "confusions": [
            {"kind": kind, "header": header, "told": instead, "count": count}
            for kind, header, instead, count in confusions(judged)
        ],
        "reliability": [{"from": low, "to": high, **_score(one)} for low, high, one in reliability(judged)],
    }


def _score(one: Score) -> dict[str, float | int]:
    return {"right": one.right, "of": one.of, "share": round(one.share, 4)}


def text_rows(scores: Iterable[TextScore]) -> list[Row]:
    """Name, precision, recall, found of so many planted, false, shifted."""
    return [
        (
            one.category,
            share(one.precision),
            share(one.recall),
            f"{one.found}/{one.planted}",
            str(one.false),
            str(one.shifted),
        )
        for one in scores
    ]


def text_totals(result: TextResult, known: frozenset[str]) -> list[Row]:
    """The figures over all categories."""
    scores = [one for one in result.by_category if one.planted]
    good = [one for one in scores if one.precision >= 0.97 and one.recall >= 0.97]
    found, planted = sum(one.found for one in scores), sum(one.planted for one in scores)
    told = found + sum(one.false for one in result.by_category)
    return [
        ("lines", str(result.lines), ""),
        ("categories with precision and recall of .97 or more", f"{len(good)}/{len(scores)}", ""),
        (
            "categories that ship, of those planted",
            f"{len([s for s in scores if s.category in known])}/{len(scores)}",
            "",
        ),
        ("planted values found at their exact place", f"{found}/{planted}", share(found / planted if planted else 1.0)),
        ("told values that are there", f"{found}/{told}", share(found / told if told else 1.0)),
    ]


def text_json(result: TextResult) -> dict[str, object]:
    """The keys of `evaluate text --json`."""

    def rows(scores: Iterable[TextScore]) -> list[dict[str, object]]:
        return [
            {
                "name": one.category,
                "precision": round(one.precision, 4),
                "recall": round(one.recall, 4),
                "found": one.found,
                "planted": one.planted,
                "false": one.false,
                "shifted": one.shifted,
            }
            for one in scores
        ]

    return {
        "lines": result.lines,
        "categories": rows(result.by_category),
        "forms": rows(result.by_form),
        "genres": rows(result.by_genre),
        "false": [
            {"told": told, "line": line, "genre": genre, "count": count} for told, line, genre, count in result.false
        ],
    }


def plain(heading: Row, rows: Sequence[Row]) -> str:
    """A table for a terminal: columns as wide as they must be, numbers to the right."""
    table = [heading, *rows]
    widths = [max(len(row[at]) for row in table) for at in range(len(heading))]
    lines = []
    for row in table:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown(heading: Row, rows: Sequence[Row]) -> str:
    """The same for the documentation."""
    ruled = [heading, tuple("---" if at == 0 else "--:" for at in range(len(heading))), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in ruled)
