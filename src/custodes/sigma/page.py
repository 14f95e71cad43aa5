"""What does a person read about a rule? What its authors say of it, and what we make of it."""

from __future__ import annotations

from custodes.records import SEVERITY_NAMES
from custodes.sigma.rule import Correlation, Rule


def page(one: Rule | Correlation) -> str:
    """The rule's page, in Markdown."""
    about = one.about
    if isinstance(one, Rule):
        fields = ", ".join(f"`{name}`" for name in sorted(one.fields)) or "words"
        asks = f"Single records of {one.source.name}, by {fields}."
    else:
        parts = ", ".join(f"`{part.key}`" for part in one.parts)
        groups = f", by {', '.join(f'`{name}`' for name in one.group)}" if one.group else ""
        asks = f"Matches of {parts} within {one.span:,} seconds ({one.kind}){groups}."
    if not one.told:
        asks += " It only feeds a correlation: a match is no finding by itself."
    sections = [
        f"# {about.title}",
        f"`{about.check}` · severity {SEVERITY_NAMES[about.severity]} · confidence {about.belief:.0%} · {about.file}",
        "## What it asks",
        asks,
        *(("## Why", about.description) if about.description else ()),
        *(("## What its authors know as innocent", _list(about.innocent)) if about.innocent else ()),
        *(("## References", _list((*about.references, *about.tags))) if about.references or about.tags else ()),
    ]
    return "\n\n".join(sections) + "\n"


def question(one: Rule | Correlation) -> str:
    """One line for a list."""
    return one.about.description or one.about.title


def _list(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)
