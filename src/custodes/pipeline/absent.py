"""Which datasets do flows lead to that their store does not have now? Noted at each scan, asked whenever flows are.

A database tells by its catalogue. A folder, a bucket, and a server that shows a user only what is granted, tell
nothing of what was never there: of them a dataset is gone that an earlier scan has met.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Final

from custodes.config import StoreConfig
from custodes.pipeline.workspace import Workspace
from custodes.stores.definitions import Definitions

Dataset = tuple[str, str]  # store and name

_MARK: Final = "flows:absent"
_WHOLE: Final = frozenset({"sqlite", "duckdb", "postgres"})  # whose catalogue names what the role may not read, too


def absent(workspace: Workspace) -> frozenset[Dataset]:
    """What the last scan knew to be gone."""
    told = workspace.judgements.marked(_MARK)
    return frozenset((store, name) for store, name in json.loads(told)) if told else frozenset()


def note(workspace: Workspace, kept: Mapping[str, Definitions], lost: Collection[str]) -> None:
    """Remember which targets of the known flows are gone. kept: by store, its catalogue as it is now.

    lost: stores that could not be opened; what was known of them stays.
    """
    before = absent(workspace)
    there = {(one.store, one.dataset) for one in workspace.datamap.all()}
    there |= {(gap.store, gap.dataset) for gap in workspace.coverage.all("scan")}  # there, and could not be read
    dropped = {(one.store, one.dataset) for one in workspace.drifts.all() if one.what == "gone_dataset"}
    stores = {store.name: store for store in workspace.config.stores}
    gone = []
    for place in sorted({edge.target[:2] for edge in workspace.flows.all() if edge.target.store in stores}):
        name, dataset = place
        if name in lost:
            gone += [place] if place in before else []
        elif place not in there and (
            place in before or place in dropped or _unlisted(stores[name], kept.get(name), dataset)
        ):
            gone.append(place)
    workspace.judgements.set_mark(_MARK, json.dumps(gone))


def _unlisted(store: StoreConfig, told: Definitions | None, dataset: str) -> bool:
    """Whether the store's catalogue says by itself that there is no such dataset."""
    if told is None or store.kind not in _WHOLE:
        return False
    if store.schemas and dataset.partition(".")[0] not in store.schemas:
        return False
    # A name without its schema may mean one of several: only what nothing there is called is gone.
    last = dataset.casefold().rpartition(".")[2]
    return all(name.casefold().rpartition(".")[2] != last for name in told.columns)
