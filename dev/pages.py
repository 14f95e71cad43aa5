"""Which reference pages are made from data, and how? Run it to rewrite them: .venv/bin/python dev/pages.py"""

from __future__ import annotations

import re
from pathlib import Path

from custodes import _native
from custodes.datamap.category import CategoryRules, load_categories
from custodes.detections.catalogue import load_detections
from custodes.detections.detection import Detection
from custodes.detections.page import page
from custodes.records import SEVERITY_NAMES

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
CHECKED = Path(__file__).parents[1] / "native" / "src" / "validate"

DETECTIONS = """\
# Detections

Each is one YAML file: a question in SQL, what it does not see, and scenarios that must fire or stay quiet. These ship;
yours are asked beside them ([add a detection](../../how-to/add-a-detection.md)). `custodes detections test` runs all
scenarios.

| detection | severity | question |
|---|---|---|
"""

CATEGORIES = """\
# Categories of personal data

Each is one YAML file; yours stand beside them ([add a category](../how-to/add-a-category.md)). `custodes categories
test` checks the examples that each brings along.

Sensitivity goes from 1 (harmless alone) to 5 (ruinous when leaked). What is flagged may lie only in a store declared
as `vault`: `pci` (payment cards), `credential` (opens something), `special` (GDPR, Article 9). The taxonomy is
fideslang's.

| category | what | taxonomy | sensitivity | flags | recognised by | standard |
|---|---|---|---|---|---|---|
"""

CHECKS = """\
# Checks

What `validator` in a category's file may name ([add a category](../how-to/add-a-category.md)). A check looks at what
has the form of a pattern, and at what stands beside it.

| check | what passes |
|---|---|
"""
_DOCUMENTED = re.compile(r"((?:^ *///.*\n)+)(?:^ *#\[.*\n)*^ *(?:pub(?:\(\w+\))? )?fn (\w+)", re.MULTILINE)
_NAMED = re.compile(r'\(\s*"(\w+)",((?:(?!\(\s*"|\];).)*)', re.DOTALL)
_FUNCTION = re.compile(r"(?:(\w+)::)?(\w+)")
_SENTENCE = re.compile(r".*?\.(?= [A-Z`]|$)")


def pages() -> dict[Path, str]:
    """Every made page with its text: one per detection, the lists of detections, categories and checks."""
    detections = load_detections()
    made = {REFERENCE / "detections" / f"{one.id}.md": page(one) for one in detections}
    made[REFERENCE / "detections" / "index.md"] = _detections(detections)
    made[REFERENCE / "checks.md"] = _checks()
    made[REFERENCE / "categories.md"] = _categories(load_categories())
    return made


def stale(made: dict[Path, str]) -> list[Path]:
    """Pages of detections that no longer ship."""
    return sorted(set((REFERENCE / "detections").glob("*.md")) - set(made))


def _detections(known: tuple[Detection, ...]) -> str:
    rows = [f"| [`{one.id}`]({one.id}.md) | {SEVERITY_NAMES[one.severity]} | {one.question} |" for one in known]
    return DETECTIONS + "\n".join(rows) + "\n"


def _categories(known: tuple[CategoryRules, ...]) -> str:
    lines = []
    for rules in known:
        one = rules.category
        flags = ", ".join(sorted(one.flags))
        lines.append(
            f"| `{one.id}` | {one.title} | `{one.fides}` | {one.sensitivity} | {flags} | {_how(rules)} "
            f"| {' '.join(rules.standard.split())} |"
        )
    return CATEGORIES + "\n".join(lines) + "\n"


def _how(rules: CategoryRules) -> str:
    """By what a category is told from the rest, in a few words."""
    parts = []
    if rules.patterns:
        checks = sorted({pattern.validator for pattern in rules.patterns if pattern.validator})
        checks += [rules.confirm] if rules.confirm else []
        checked = f", checked by `{'`, `'.join(checks)}`" if checks else ""
        weak = " (counts only beside a word for it)" if all(pattern.weak for pattern in rules.patterns) else ""
        parts.append(f"form{checked}{weak}")
    if rules.column.headers:
        parts.append("column name")
    if rules.column.shape:
        parts.append(f"shape of the values (`{rules.column.shape}`)")
    if rules.column.name:
        parts.append("given names and the columns beside it")
    return "; ".join(parts)


def _checks() -> str:
    """Every check, with the first sentence of its documentation in the native part."""
    sources = {file: file.read_text(encoding="utf-8") for file in sorted(CHECKED.rglob("*.rs"))}
    documented = {
        (place, function): " ".join(line.strip().removeprefix("///").strip() for line in told.splitlines())
        for file, text in sources.items()
        for told, function in _DOCUMENTED.findall(text)
        for place in ("", file.stem)
    }
    said: dict[str, str] = {}
    for file, text in sources.items():
        for name, check in _NAMED.findall(text):
            # The table names the check itself, or calls it within what takes the candidate apart.
            called = [
                ((module or file.stem, function), ("", function)) for module, function in _FUNCTION.findall(check)
            ]
            told = [(here[1], documented.get(here) or documented[any_]) for here, any_ in called if any_ in documented]
            own = [sentence for function, sentence in told if function == name]
            if told:
                said.setdefault(name, own[0] if own else told[-1][1])
    rows = []
    for name in sorted(_native.VALIDATORS):
        sentence = _SENTENCE.match(said[name])
        rows.append(f"| `{name}` | {sentence[0] if sentence else said[name]} |")
    return CHECKS + "\n".join(rows) + "\n"


def main() -> None:
    """Write every page that differs, and remove those that are no longer made."""
    made = pages()
    for file, text in made.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(f"wrote {file.relative_to(REFERENCE)}")
    for file in stale(made):
        file.unlink()
        print(f"removed {file.relative_to(REFERENCE)}")


if __name__ == "__main__":
    main()
