"""Why is a field said to hold what it holds, or nothing? Its dataset is read again; all that was considered is told."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from custodes.config import StoreConfig
from custodes.datamap.candidates import Candidate, candidates
from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.lineage.edges import STAR
from custodes.datamap.named import told_names
from custodes.datamap.scan import unwanted
from custodes.errors import BadInput, CouldNotRun, CustodesError
from custodes.pipeline.flowing import flows_told
from custodes.pipeline.open_store import open_store
from custodes.pipeline.progress import Progress
from custodes.pipeline.rulings import ruled
from custodes.pipeline.scan import left_out, name_finder
from custodes.pipeline.workspace import Workspace
from custodes.records import Dataset, Field, FlowEdge, Place
from custodes.stores.interface import Store, Unreadable

_SHOWN: Final = 5  # fields in a hint


@dataclass(frozen=True, slots=True)
class Explained:
    """One field as it was judged now. filled: cells that are not empty, of rows read.

    candidates: what the scan tells of it, then what it decided against; none where every cell is empty.
    rulings: what people ruled on it, in words; confirmed and suppressed: the categories that they ruled on.
    comes_from, flows_to: the known edges into and out of it, those that carry values first; edges of its whole
    dataset (field `*`) are among them. unread: why nobody could read it; inferred: what lineage alone says then.
    gap: what of its dataset could not be read, or was mended; empty when all was read.
    """

    store: str
    dataset: str
    field: str
    rows: int
    filled: int
    candidates: tuple[Candidate, ...]
    rulings: tuple[str, ...]
    comes_from: tuple[FlowEdge, ...] = ()
    flows_to: tuple[FlowEdge, ...] = ()
    unread: str = ""
    inferred: tuple[Field, ...] = ()
    gap: str = ""
    confirmed: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()

    @property
    def holds(self) -> tuple[str, ...]:
        """The categories that stand: what the scan tells and nobody ruled away, then what people confirmed."""
        told = [one.category for one in self.candidates if one.told and one.category not in self.suppressed]
        return tuple(dict.fromkeys([*told, *self.confirmed]))

    @property
    def personal(self) -> bool:
        """Whether anything stands, rulings applied: as `scan` tells it."""
        return bool(self.holds)

    @property
    def whole(self) -> bool:
        """Whether it could be read, and all of its dataset."""
        return not self.unread and not self.gap


def explain(workspace: Workspace, name: str, progress: Progress) -> Explained:
    """Read the dataset of a field as a scan does, and judge the field; nothing is kept, no value is told.

    name: `store.dataset.field`, or the end of it where only one field with a verdict ends so. Raises BadInput where
    there is no such field or the owner left its dataset out, CouldNotRun where nothing of it can be read; unless
    flows are known of it: then those are told, and that it was not read. What was read in part is judged as the
    scan judges it.
    """
    progress.step("explain")
    edges = workspace.flows.all()
    name = _full(workspace, name)
    try:
        found = _read(workspace, name, progress)
    except CustodesError as error:
        return _unread(workspace, name, edges, error)
    place = Place(found.store, found.dataset, found.field)
    return replace(found, comes_from=into(edges, place), flows_to=out_of(edges, place))


def _full(workspace: Workspace, name: str) -> str:
    """The full name of a field that was named by the end of it, as a scan prints it under its dataset."""
    if any(name.startswith(f"{store.name}.") for store in workspace.config.stores):
        return name
    fields = {f"{one.store}.{one.dataset}.{each.field}" for one in ruled(workspace)[0] for each in one.verdicts}
    fits = [one for one in sorted(fields) if one.endswith((f".{name}", f"/{name}"))]
    if len(fits) > 1:
        more = f", and {len(fits) - _SHOWN:,} more" if len(fits) > _SHOWN else ""
        hint = f"name one of them in full: {', '.join(fits[:_SHOWN])}{more}"
        raise BadInput(f'"{name}" may mean {len(fits)} fields', hint=hint)
    return fits[0] if fits else name


def into(edges: Iterable[FlowEdge], place: Place) -> tuple[FlowEdge, ...]:
    """The edges into a field, those that carry values first."""
    found = [edge for edge in edges if edge.target in (place, place._replace(field=STAR))]
    return tuple(sorted(found, key=lambda edge: (edge.kind != "direct", edge)))


def out_of(edges: Iterable[FlowEdge], place: Place) -> tuple[FlowEdge, ...]:
    """The edges out of a field, those that carry values first."""
    found = [edge for edge in edges if edge.source in (place, place._replace(field=STAR))]
    return tuple(sorted(found, key=lambda edge: (edge.kind != "direct", edge)))


def _unread(workspace: Workspace, name: str, edges: tuple[FlowEdge, ...], error: CustodesError) -> Explained:
    """A field that nobody can read, of which flows are known; raises the refusal again for any other."""
    ends = (end for edge in edges for end in (edge.source, edge.target) if end.store and str(end) == name)
    place = next(ends, None)
    if place is None:
        raise error
    inferred = tuple(
        one for one in flows_told(workspace).inferred if (one.store, one.dataset, one.field) == tuple(place)
    )
    return Explained(
        *place,
        rows=0,
        filled=0,
        candidates=(),
        rulings=(),
        comes_from=into(edges, place),
        flows_to=out_of(edges, place),
        unread=str(error),
        inferred=inferred,
    )


def _read(workspace: Workspace, name: str, progress: Progress) -> Explained:
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
    raise BadInput(f'no field "{name}"', hint=_hint(workspace, name, known))


def _hint(workspace: Workspace, name: str, known: list[str]) -> str:
    """What lies under the name, where it is that of a store, a dataset or a nested record; else the nearest field."""
    below = (f"{name}.", f"{name}[", f"{name}/")
    under = [one for one in dict.fromkeys(known) if one.startswith(below) and not one.endswith(".")]
    under = [one for one in under if f"{one}[]" not in under]  # a list is named by its items
    if under:
        more = f", and {len(under) - _SHOWN:,} more" if len(under) > _SHOWN else ""
        return f"name one of the fields in it: {', '.join(under[:_SHOWN])}{more}"
    if any(name == store.name for store in workspace.config.stores):
        return "this is a store; name one of its fields as store.dataset.field, as scan shows it"
    close = get_close_matches(name, [one for one in known if not one.endswith(".")], n=1)
    return f'did you mean "{close[0]}"?' if close else "name it as store.dataset.field, as scan shows it"


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
    suppressed, confirmed = _rulings(workspace, dataset, field)
    found = Explained(
        dataset.store,
        dataset.name,
        field,
        rows,
        filled=0,
        candidates=(),
        rulings=(*suppressed.values(), *confirmed.values()),
        gap=gap,
        confirmed=tuple(confirmed),
        suppressed=tuple(suppressed),
    )
    if field in columns:
        column = columns[field]
        return replace(found, filled=column.filled, candidates=tuple(candidates(column, classifier)))
    if any(path.startswith((f"{field}.", f"{field}[")) for path in columns):
        return None  # its cells are told under longer names: to say that it is empty would be untrue
    return found if field in told_names(dataset, classifier.personal) else None


def _rulings(workspace: Workspace, dataset: Dataset, field: str) -> tuple[dict[str, str], dict[str, str]]:
    """What people held not personal, and what they confirmed: by category, in words."""
    examined, suppressed = ruled(workspace)
    place = (dataset.store, dataset.name, field)
    harmless: dict[str, str] = {}
    confirmed: dict[str, str] = {}
    for one in suppressed:
        verdict = one.verdict
        if (verdict.store, verdict.dataset, verdict.field) == place:
            until = f" until {one.ruling.until:%Y-%m-%d}" if one.ruling.until else ""
            harmless[verdict.category] = (
                f"{verdict.category}: held not personal by {one.ruling.by}{until}: {one.ruling.why}"
            )
    for each in examined:
        for verdict in each.verdicts:
            if (verdict.store, verdict.dataset, verdict.field) == place:
                for reason in verdict.reasons:
                    if reason.startswith("for: confirmed by "):
                        confirmed[verdict.category] = f"{verdict.category}: {reason.removeprefix('for: ')}"
    return harmless, confirmed
