"""Which pictures say more than words? Three small SVGs, each with the sentence that a screen reader speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from xml.sax.saxutils import escape

from custodes.memo.happened import ranked_incidents
from custodes.memo.sentence import clean, cut, day
from custodes.records import Overview
from custodes.risk import Risk
from custodes.risk.measures import category_of, misplaced
from custodes.risk.scales import LEVELS, SCALES

FONT: Final = "Libertinus Serif"  # comes with typst, so the picture needs no font of the machine
BARS: Final = 8
LINES: Final = 8
NAMED: Final = 20

_SIDE, _RISE = 70, 30  # a cell of the matrix
_FROM, _SPAN = 222, 212  # where time begins in the time line, and how wide it is
_INK, _GREY, _RULE = "#1a1a1a", "#5c5c5c", "#c9c9c9"
_PLAIN, _HARMFUL, _WRONG = "#9db8cf", "#3b6a93", "#b3261e"
# From calm to grave, by impact times likelihood; each step also differs in lightness, so that print in grey tells them.
_HEAT: Final = ((4, "#eef3ee"), (8, "#f6f0d2"), (12, "#f5d9a8"), (16, "#eeb17c"), (25, "#dc8468"))


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG of `width` x `height` points. alt: what it shows, for those who do not see it."""

    svg: str
    width: int
    height: int
    alt: str
    caption: str


def stores(overview: Overview) -> Picture:
    """Bars: how many fields of each store hold personal data, how many of them harmful or in the wrong place."""
    wrong = set(misplaced(overview))
    tallies: dict[str, list[int]] = {}
    for field in overview.fields:
        kind = 2 if field in wrong else int(category_of(overview, field).sensitivity >= 4)
        tallies.setdefault(field.store, [0, 0, 0])[kind] += 1
    ranked = sorted(tallies.items(), key=lambda item: (-sum(item[1]), item[0]))
    rows = [(_label(store, 26), tally) for store, tally in ranked[:BARS]]
    if len(ranked) > BARS:
        rest = [sum(tally[kind] for _, tally in ranked[BARS:]) for kind in range(3)]
        rows.append((f"{len(ranked) - BARS} more stores", rest))
    most = max(sum(tally) for _, tally in rows)
    parts, top = _legend(((_PLAIN, "personal"), (_HARMFUL, "harmful (4 or 5 of 5)"), (_WRONG, "outside a vault"))), 30
    for label, tally in rows:
        parts.append(_text(128, top + 11, label, anchor="end"))
        x = 136.0
        for amount, colour in zip(tally, (_PLAIN, _HARMFUL, _WRONG), strict=True):
            width = 260 * amount / most
            parts.append(f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="14" fill="{colour}"/>')
            x += width
        parts.append(_text(x + 5, top + 11, f"{sum(tally):,}", colour=_GREY))
        top += 20
    told = "; ".join(f"{label} {sum(tally):,}, of them {tally[2]:,} outside a vault" for label, tally in rows)
    caption = "Fields that hold personal data, by store."
    return _picture(parts, 450, top + 4, f"Bar chart of fields with personal data by store: {told}.", caption)


def incidents(overview: Overview) -> Picture:
    """Lines: when each of the gravest incidents ran, and when it could first be known."""
    ranked = enumerate(ranked_incidents(overview), start=1)
    shown = [(rank, one) for rank, one in ranked if one.first and one.last][:LINES]
    firsts = [one.first for _, one in shown if one.first]
    if not firsts:
        return _picture([_text(8, 18, "No incident has a known beginning.")], 450, 26, "No incident is dated.", "")
    start = min(firsts)
    end = max(max(one.raised, one.last or one.raised) for _, one in shown)
    span = max(end - start, timedelta(days=1))
    height = 34 + 20 * len(shown)
    parts = _legend(((_HARMFUL, "misuse went on"), (_WRONG, "could first be known")))
    former = ""
    for step in range(5):
        x = _FROM + _SPAN * step / 4
        parts.append(f'<line x1="{x:.1f}" y1="26" x2="{x:.1f}" y2="{height - 4}" stroke="{_RULE}" stroke-width="0.5"/>')
        words = day("tick", start + span * step / 4).text.split()
        label = f"{words[0]} {words[1][:3]}"
        parts.append(_text(x, height + 8, label if label != former else "", anchor="middle", colour=_GREY, size=8.5))
        former = label
    told = []
    for row, (rank, one) in enumerate(shown):
        y = 36 + 20 * row
        label = f"{rank}. {_label(one.title, 54)}"
        began = _FROM + _SPAN * ((one.first or start) - start) / span
        ended = _FROM + _SPAN * ((one.last or start) - start) / span
        known = _FROM + _SPAN * max(one.raised - start, timedelta()) / span
        parts.append(_text(6, y + 3.5, label, size=8.5))
        parts.append(
            f'<rect x="{began:.1f}" y="{y - 4}" width="{max(ended - began, 2):.1f}" height="8" fill="{_HARMFUL}"/>'
        )
        parts.append(f'<circle cx="{known:.1f}" cy="{y}" r="3.5" fill="{_WRONG}" stroke="#fff" stroke-width="0.8"/>')
        told.append(f"{label} from {day('', one.first or start).text}, known {day('', one.raised).text}")
    caption = "When the gravest incidents ran, and when what was known by then first sufficed to see them."
    return _picture(parts, 450, height + 14, f"Time line of incidents: {'; '.join(told)}.", caption)


def risks(register: Sequence[Risk]) -> Picture:
    """The 5 by 5 matrix: impact across, likelihood upwards; each dot carries the risk's rank in the register."""
    left, top = 86, 4
    parts: list[str] = []
    for impact in LEVELS:
        for likelihood in LEVELS:
            x, y = left + _SIDE * (impact - 1), top + _RISE * (5 - likelihood)
            heat = next(colour for limit, colour in _HEAT if impact * likelihood <= limit)
            parts.append(f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_RISE}" fill="{heat}" stroke="#fff"/>')
    for level in LEVELS:
        across, upwards = SCALES["impact"][level - 1].word, SCALES["likelihood"][level - 1].word
        parts.append(_text(left - 6, top + _RISE * (5.6 - level), f"{upwards} {level}", anchor="end", size=8.5))
        middle = left + _SIDE * (level - 0.5)
        parts.append(_text(middle, top + _RISE * 5 + 11, f"{across} {level}", anchor="middle", size=8.5))
    words = _text(0, 0, "likelihood", anchor="middle", colour=_GREY)
    parts.append(f'<g transform="translate(10 {top + _RISE * 2.5}) rotate(-90)">{words}</g>')
    parts.append(_text(left + _SIDE * 2.5, top + _RISE * 5 + 23, "impact", anchor="middle", colour=_GREY))
    cells: dict[tuple[int, int], list[tuple[int, Risk]]] = {}
    for rank, risk in enumerate(register, start=1):
        cells.setdefault((risk.impact, risk.likelihood), []).append((rank, risk))
    for (impact, likelihood), members in cells.items():
        parts.extend(_dots(left + _SIDE * (impact - 1), top + _RISE * (5 - likelihood), members))
    height = top + _RISE * 5 + 42
    half = (min(len(register), NAMED) + 1) // 2
    for place, risk in enumerate(register[:NAMED]):
        x, y = (4 if place < half else 230), height + 12 * (place % half)
        parts.append(_text(x, y, f"{place + 1}. {_label(risk.title, 58)}", size=8.5))
    told = "; ".join(
        f"{rank} {risk.title}: impact {risk.impact}, likelihood {risk.likelihood}"
        for rank, risk in enumerate(register, start=1)
    )
    caption = (
        "Risks by impact and likelihood. The number is the rank by score, in which control counts as well. "
        "A hollow dot is not measured yet."
    )
    return _picture(parts, 450, height + 12 * half - 4, f"Risk matrix: {clean(told)}.", caption)


def _dots(x: float, y: float, members: list[tuple[int, Risk]]) -> list[str]:
    """The dots of one cell, in rows of five; what does not fit in two rows is counted."""
    parts = []
    shown = members if len(members) <= 10 else members[:9]
    rows = 1 if len(members) <= 5 else 2
    across = min(len(members), 5)
    for place, (rank, risk) in enumerate(shown):
        cx = x + _SIDE / 2 + 13 * (place % 5 - (across - 1) / 2)
        cy = y + _RISE / 2 + 13.5 * (place // 5 - (rows - 1) / 2)
        fill, ink = (_INK, "#fff") if risk.measured else ("#fff", _INK)
        parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="6" fill="{fill}" stroke="{_INK}" stroke-width="0.7"/>')
        parts.append(_text(cx, cy + 2.7, str(rank), anchor="middle", colour=ink, size=8))
    if len(members) > 10:
        parts.append(_text(x + _SIDE / 2 + 26, y + _RISE / 2 + 9.5, f"+{len(members) - 9}", anchor="middle", size=8))
    return parts


def _legend(entries: tuple[tuple[str, str], ...]) -> list[str]:
    parts, x = [], 136.0
    for colour, words in entries:
        parts.append(f'<rect x="{x:.1f}" y="6" width="9" height="9" fill="{colour}"/>')
        parts.append(_text(x + 13, 14, words, colour=_GREY, size=9))
        x += 26 + 4.6 * len(words)
    return parts


def _label(text: str, limit: int) -> str:
    return cut(clean(text), limit)


def _text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = _INK, size: float = 9.5) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _picture(parts: list[str], width: int, height: int, alt: str, caption: str) -> Picture:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return Picture(f"{head}{''.join(parts)}</svg>", width, height, alt, caption)
