"""Which kinds of data does this workspace know: those that ship, and the owner's?"""

from __future__ import annotations

from custodes.datamap.category import load_categories
from custodes.pipeline.workspace import Workspace
from custodes.records import Category


def known_categories(workspace: Workspace) -> dict[str, Category]:
    """Every category, shipped and the owner's, by id."""
    return {rules.id: rules.category for rules in load_categories(workspace.config.categories)}


def beside_others(workspace: Workspace) -> frozenset[str]:
    """The categories that count only beside other personal data, such as a town: by id."""
    return frozenset(rules.id for rules in load_categories(workspace.config.categories) if rules.column.beside)
