"""Which fields do the lines of a text hold? Each line whole, and where lines are alike, what differs between them.

Lines of a log that share a template, such as `login of user=ann from 10.0.0.1`, give a field for each slot beside
`line`: `template1.user`, `template1.4`. The line stays whole: nothing depends on a template. Where most lines are of
several `key=value`, the line is taken apart by whoever reads it, and templates are of what stands between the pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import charset, mending, names, pairs, reading, sized, windows
from custodes.stores.encoded import EncodedFile
from custodes.stores.source import HEAD, Source

_LOOKED_AT: Final = 2_000
_MOST_TEMPLATES: Final = 8
_MOST_WORDS: Final = 60
_LEAST_LINES: Final = 5
_LEAST_ALIKE: Final = 0.5
_MOST_PAIRED: Final = 0.5  # of the lines hold pairs: then all are read so
_KEYED: Final = re.compile(r"([A-Za-z_][\w.-]*)[=:](.+)", re.DOTALL)
_VARIES: Final = re.compile(r"[\d@]")


@dataclass(slots=True)
class Template:
    """A line as words; None where it varies. keys: what stands before `=` in a word, so that it belongs to the slot."""

    words: list[str | None]
    lines: int = 1
    keys: dict[int, str] = field(default_factory=dict)

    def slots(self) -> list[int]:
        """Positions of the words that vary."""
        return [at for at, word in enumerate(self.words) if word is None]

    def fits(self, words: list[str]) -> bool:
        """Whether a line of as many words is one of these."""
        return all(mine is None or mine == word for mine, word in zip(self.words, words, strict=True)) and all(
            words[at].startswith(key) for at, key in self.keys.items()
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. paired: its lines are of `key=value`."""

    templates: tuple[Template, ...]
    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool
    encoding: str
    begin: int
    paired: bool = False


def layout(source: Source) -> Layout:
    """Find templates in the first 256 KiB. Raises OSError."""
    with EncodedFile(source) as file:
        head = file.read(HEAD)
        whole = not file.read(1)
        encoding, mark = file.encoding, file.mark
    lines = [line for line in head.decode(errors="replace").split("\n") if line.strip()]
    looked = lines[:_LOOKED_AT]
    paired = sum(bool(pairs.pairs(line)) for line in looked) >= max(1, _MOST_PAIRED * len(looked))
    templates = tuple(_templates(list(map(pairs.between, looked)) if paired else looked))
    columns = [Column("line", "text")]
    for number, template in enumerate(templates, start=1):
        columns += [Column(name, "text") for name in _slot_names(number, template)]
    rows = len(lines) if whole else sized.records(source, len(lines), len(head))
    can = windows.scattered(source, encoding)
    return Layout(templates, tuple(columns), rows, can, encoding, mark, paired)


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The lines and their slots; of a large file from all over it. A very long line comes in several rows."""
    problems: list[str] = []
    names = [column.name for column in how.columns]
    for batch in sized.of_rows(_cells(_lines(source, how, max_rows, problems), how), names):
        yield pairs.told(batch, names[0]) if how.paired else batch
    if problems:
        raise mending.refusal(problems, "lines")


def _lines(source: Source, how: Layout, max_rows: int, problems: list[str]) -> Iterator[str]:
    given = 0
    scattered = bool(max_rows) and how.scattered
    step = -(-how.rows // max_rows) if max_rows and how.rows and not scattered else 1
    for number, line in enumerate(_all(source, how, problems, scattered=scattered)):
        if number % step:
            continue
        text = line.decode(errors="replace")
        for start in range(0, len(text), reading.LONGEST_TEXT):
            yield text[start : start + reading.LONGEST_TEXT]
        given += 1
        if max_rows and given >= max_rows:
            return


def _all(source: Source, how: Layout, problems: list[str], *, scattered: bool) -> Iterator[bytes]:
    if scattered:
        broken = passed = 0
        for raw, lost in windows.pieces(source, how.begin, how.rows):
            piece, bad = charset.as_utf8(raw, how.encoding)
            broken, passed = broken + bad, passed + lost
            yield from (line.rstrip(b"\r") for line in piece.split(b"\n") if line and not line.isspace())
        if broken:
            problems.append(f"characters that cannot be decoded: {broken:,}")
        if passed:
            problems.append(f"bytes in lines past 64 MiB that were not read: {passed:,}")
        return
    with EncodedFile(source) as file:
        try:
            yield from (line.rstrip(b"\r") for line in file.lines() if line and not line.isspace())
        finally:
            problems += file.problems


def _cells(lines: Iterator[str], how: Layout) -> Iterator[list[str | None]]:
    starts: list[int] = []
    width = 1
    for template in how.templates:
        starts.append(width)
        width += len(template.slots())
    by_length: dict[int, list[tuple[int, Template]]] = {}
    for start, template in zip(starts, how.templates, strict=True):
        by_length.setdefault(len(template.words), []).append((start, template))
    for line in lines:
        row: list[str | None] = [None] * width
        row[0] = line
        if by_length and len(line) < 4_096:
            words = (pairs.between(line) if how.paired else line).split()
            for start, template in by_length.get(len(words), ()):
                if template.fits(words):
                    for place, at in enumerate(template.slots()):
                        row[start + place] = (
                            words[at].removeprefix(template.keys.get(at, "")).strip("\"',;()[]") or None
                        )
                    break
        yield row


def _templates(lines: list[str]) -> Iterator[Template]:
    """What many lines share: those of as many words of which at least half are alike are one template."""
    by_length: dict[int, list[Template]] = {}
    for line in lines:
        words = line.split()
        if not words or len(words) > _MOST_WORDS or (len(words) == 1 and not _KEYED.fullmatch(words[0])):
            continue
        known = by_length.setdefault(len(words), [])
        best = max(known, key=lambda one: _alike(one, words), default=None)
        if best is not None and _alike(best, words) >= _LEAST_ALIKE:
            best.lines += 1
            for at, word in enumerate(words):
                _vary(best, at, word)
        elif len(known) < 50:
            known.append(Template(list(words)))
    many = [one for group in by_length.values() for one in group if one.lines >= max(_LEAST_LINES, len(lines) // 100)]
    for template in sorted(many, key=lambda one: -one.lines)[:_MOST_TEMPLATES]:
        _find_keys(template, lines)
        if (template.slots() and any(word is not None for word in template.words)) or template.keys:
            yield template


def _vary(template: Template, at: int, word: str) -> None:
    """Take a word into a template: what differs is a slot, and what stands before `=` in each of them is its key."""
    mine, key = template.words[at], template.keys.get(at)
    if mine is not None and mine != word:
        template.words[at] = None
        if _same_key(mine, word) and (found := _KEYED.fullmatch(mine)):
            template.keys[at] = mine[: found.end(1) + 1]
    elif key is not None and not word.startswith(key):
        del template.keys[at]


def _alike(template: Template, words: list[str]) -> float:
    same = sum(
        mine == word
        or (mine is None and word.startswith(template.keys.get(at, "")))
        or (mine is not None and (_same_key(mine, word) or bool(_VARIES.search(mine) and _VARIES.search(word))))
        for at, (mine, word) in enumerate(zip(template.words, words, strict=True))
    )
    # What varies by itself, a time or a number, says little: a word that is the same must be among them.
    some = any(mine == word and not _VARIES.search(word) for mine, word in zip(template.words, words, strict=True))
    keyed = any(mine is not None and _same_key(mine, word) for mine, word in zip(template.words, words, strict=True))
    keyed = keyed or any(words[at].startswith(key) for at, key in template.keys.items())
    return same / len(words) if some or keyed else 0.0


def _same_key(mine: str, word: str) -> bool:
    first, second = _KEYED.fullmatch(mine), _KEYED.fullmatch(word)
    return first is not None and second is not None and first.group(1) == second.group(1)


def _find_keys(template: Template, lines: list[str]) -> None:
    """Where a word varies and every line has the same `key=` there, the slot has that name."""
    mine = [words for line in lines if len(words := line.split()) == len(template.words) and template.fits(words)]
    template.keys.clear()
    for at in template.slots():
        found = {match.group(1) if (match := _KEYED.fullmatch(words[at])) else "" for words in mine}
        if len(found) == 1 and (key := found.pop()):
            template.keys[at] = mine[0][at][: len(key) + 1]


def _slot_names(number: int, template: Template) -> tuple[str, ...]:
    told = [names.step(template.keys[at][:-1]) if at in template.keys else str(at + 1) for at in template.slots()]
    return tuple(f"template{number}.{name}" for name in reading.distinct_names(told))
