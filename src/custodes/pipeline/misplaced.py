"""What lies where it must not, and who has touched it since? The data map, the state and the ledger together."""

from __future__ import annotations

from dataclasses import replace

from custodes.datamap.misplaced import Known, accounts, located, told
from custodes.engine.duckdb import DuckEngine
from custodes.pipeline.categories import known_categories
from custodes.pipeline.rulings import ruled
from custodes.pipeline.vaults import in_vault
from custodes.pipeline.who import Asked, touchers
from custodes.pipeline.workspace import Workspace
from custodes.records import Finding, Misplaced


def misplaced_places(workspace: Workspace) -> list[Misplaced]:
    """What lies on the map where the owner did not declare a vault; nothing of the ledger is asked."""
    examined = ruled(workspace)[0]
    return located(
        [field for one in examined for field in one.verdicts],
        known_categories(workspace),
        in_vault(workspace.config.stores),
        Known(
            copies=workspace.datamap.copies(),
            examined={(one.store, one.dataset): one for one in examined},
            seen=workspace.datamap.first_seen(),
            vault_declared=any(store.vault for store in workspace.config.stores),
        ),
    )


def misplaced(workspace: Workspace, engine: DuckEngine) -> list[Misplaced]:
    """The same, and of each place the sealed touches since it is known to lie there."""
    places = misplaced_places(workspace)
    asked = [
        Asked(place.full_name, place.store, place.since, tuple(field.field for field in place.fields))
        for place in places
    ]
    return [replace(place, touched=found) for place, found in zip(places, touchers(engine, asked), strict=True)]


def misplaced_findings(workspace: Workspace, engine: DuckEngine) -> list[Finding]:
    """One finding a place, raised when a scan first saw it there."""
    return findings_of(workspace, misplaced(workspace, engine))


def findings_of(workspace: Workspace, places: list[Misplaced]) -> list[Finding]:
    """The findings about these places."""
    categories = known_categories(workspace)
    fields = [field for one in ruled(workspace)[0] for field in one.verdicts]
    return told(places, categories, accounts(fields, categories), workspace.clock())
