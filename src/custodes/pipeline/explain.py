"""Why is a field said to hold what it holds, or nothing? Its dataset is read again; all that was considered is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches

from custodes.config import StoreConfig
from custodes.datamap.candidates import Candidate, candidates
from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.named import told_names
from custodes.datamap.scan import unwanted
from custodes.errors import BadInput, CouldNotRun
from custodes.pipeline.open_store import open_store
from custodes.pipeline.progress import Progress
from custodes.pipeline.rulings import ruled
from custodes.pipeline.scan import left_out, name_finder
from custodes.pipeline.workspace import Workspace
from custodes.records import Dataset
from custodes.stores.interface import Store, Unreadable


@dataclass(frozen=True, slots=True)
class Explained:
    """One field as it was judged now. filled: cells that are not empty, of rows read.

    candidates: what the scan tells of it, then what it decided against; none where every cell is empty.
    rulings: what people ruled on it, in words. gap: what of its dataset could not be read, or was mended; empty when
    all was read.
    """

    store: str
    dataset: str
    field: str
    rows: int
    filled: int
    candidates: tuple[Candidate, ...]
    rulings: tuple[str, ...]
    gap: str = ""

    @property
    def personal(self) -> bool:
        """Whether the scan tells anything of it."""
        return any(one.told for one in self.candidates)


def explain(workspace: Workspace, name: str, progress: Progress) -> Explained:
    """Read the dataset of a field as a scan does, and judge the field; nothing is kept, no value is told.

    name: `store.dataset.field`. Raises BadInput where there is no such field or the owner left its dataset out,
    CouldNotRun where nothing of it can be read; what was read in part is judged as the scan judges it.
    """
    progress.step("explain")
    known: list[str] = []
    classifier = Classifier(
        load_categories(workspace.config.categories), names=name_finder(workspace.config.scan.names_in_text)
    )
    for chosen in workspace.config.stores:
        if not name.startswith(f"{chosen.name}."):
            known += [f"{chosen.name}."]
            continue
        with closing(open_store(chosen, timeout=workspace.config.scan.timeout)) as store:
            for dataset in (one for one in store.datasets() if isinstance(one, Dataset)):
                known += [f"{dataset.full_name}.{told}" for told in told_names(dataset, classifier.personal)]
                if name.startswith(f"{dataset.full_name}."):
                    field = name.removeprefix(f"{dataset.full_name}.")
                    found = _explained(workspace, classifier, chosen, store, dataset, field, progress, known)
                    if found is not None:
                        return found
    close = get_close_matches(name, known, n=1)
    hint = f'did you mean "{close[0]}"?' if close else "name it as store.dataset.field, as scan shows it"
    raise BadInput(f'no field "{name}"', hint=hint)


def _explained(
    workspace: Workspace,
    classifier: Classifier,
    chosen: StoreConfig,
    store: Store,
    dataset: Dataset,
    field: str,
    progress: Progress,
    known: list[str],
) -> Explained | None:
    if (reason := unwanted(dataset.name, left_out(chosen))) is not None:
        raise BadInput(
            "the owner left this dataset out",
            where=f"{dataset.full_name}: {reason}",
            hint="remove it from skip to read it",
        )
    config = workspace.config
    for before in workspace.datamap.all():
        classifier.recall(before)  # what the columns hold that this dataset's columns reference
    tally = classifier.tally(dataset)
    rows, gap = 0, ""
    try:
        for batch in store.read(dataset, max_rows=config.scan.max_rows):
            tally.add(batch)
            rows += batch.num_rows
            progress.advance(dataset.full_name, rows)
    except Unreadable as error:
        if not rows:
            raise CouldNotRun(error.reason, where=dataset.full_name, hint=error.hint) from error
        gap = error.reason
    columns = {column.tally.path: column for column in tally.judged()}
    known += [f"{dataset.full_name}.{path}" for path in columns]
    rulings = tuple(_rulings(workspace, dataset, field))
    if field in columns:
        column = columns[field]
        told = tuple(candidates(column, classifier))
        return Explained(dataset.store, dataset.name, field, rows, column.filled, told, rulings, gap)
    if field in told_names(dataset, classifier.personal):
        return Explained(dataset.store, dataset.name, field, rows, 0, (), rulings, gap)
    return None


def _rulings(workspace: Workspace, dataset: Dataset, field: str) -> Iterator[str]:
    examined, suppressed = ruled(workspace)
    for one in suppressed:
        verdict = one.verdict
        if (verdict.store, verdict.dataset, verdict.field) == (dataset.store, dataset.name, field):
            until = f" until {one.ruling.until:%Y-%m-%d}" if one.ruling.until else ""
            yield f"{verdict.category}: held not personal by {one.ruling.by}{until}: {one.ruling.why}"
    for each in examined:
        for verdict in each.verdicts:
            if (verdict.store, verdict.dataset, verdict.field) == (dataset.store, dataset.name, field):
                confirmed = [reason for reason in verdict.reasons if reason.startswith("for: confirmed by ")]
                yield from (f"{verdict.category}: {reason.removeprefix('for: ')}" for reason in confirmed)
