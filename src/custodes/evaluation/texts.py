"""Was every planted value found, exactly where it stands, and nothing else?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from custodes.company.texts import Line
from custodes.datamap.classify import Classifier
from custodes.datamap.text import classify_text

# Start, end and category of what was found in one line.
Match = tuple[int, int, str]
Finder = Callable[[Sequence[str]], Iterable[Sequence[Match]]]


@dataclass(frozen=True, slots=True)
class TextScore:
    """found: at the exact place. planted: there were. false: told where it is not (a wrong end counts here too).

    shifted: of the missed ones, those found with another start or end.
    """

    category: str
    found: int
    planted: int
    false: int
    shifted: int

    @property
    def recall(self) -> float:
        """Share of the planted that was found."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Share of what was told that is there."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0


@dataclass(frozen=True, slots=True)
class TextResult:
    """false: what was told where it is not, as category, kind of line, genre and count, the most frequent first."""

    by_category: tuple[TextScore, ...]
    by_form: tuple[TextScore, ...]
    by_genre: tuple[TextScore, ...]
    false: tuple[tuple[str, str, str, int], ...]
    lines: int


def ours(classifier: Classifier) -> Finder:
    """Our own answer to lines of text."""

    def find(texts: Sequence[str]) -> Iterable[Sequence[Match]]:
        found: list[list[Match]] = [[] for _ in texts]
        for hit in classify_text(texts, classifier):
            found[hit.line - 1].append((hit.start, hit.end, hit.category))
        return found

    return find


def judge(lines: Sequence[Line], finder: Finder) -> TextResult:
    """Compare what is told with what is planted. Places must be equal; a category may be any accepted one."""
    tallies: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in ("category", "form", "genre")}
    false: Counter[tuple[str, str, str]] = Counter()
    for line, matches in zip(lines, finder([line.text for line in lines]), strict=True):
        left = list(matches)
        for plant in line.plants:
            exact = next((m for m in left if m[:2] == (plant.start, plant.end) and m[2] in plant.accepted), None)
            if exact is not None:
                left.remove(exact)
            near = [m for m in left if m[0] < plant.end and plant.start < m[1] and m[2] in plant.accepted]
            if not plant.counted:
                left = [m for m in left if m not in near]
                continue
            result = "found" if exact is not None else "shifted" if near else "missed"
            for name, key in (("category", plant.category), ("form", line.form), ("genre", line.genre)):
                tallies[name][key, result] += 1
        for _, _, category in left:
            false[category, line.kind if line.form == "negative" else f"beside {line.kind}", line.genre] += 1
            for name, key in (("category", category), ("form", line.form), ("genre", line.genre)):
                tallies[name][key, "false"] += 1
    listed = tuple((*key, count) for key, count in false.most_common())
    scores = {name: _scores(tally) for name, tally in tallies.items()}
    return TextResult(scores["category"], scores["form"], scores["genre"], listed, len(lines))


def _scores(tally: Counter[tuple[str, str]]) -> tuple[TextScore, ...]:
    made = []
    for key in sorted({key for key, _ in tally}):
        found, shifted = tally[key, "found"], tally[key, "shifted"]
        made.append(TextScore(key, found, found + shifted + tally[key, "missed"], tally[key, "false"], shifted))
    return tuple(made)
