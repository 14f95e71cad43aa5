"""Step one: what customer data is where?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from custodes import __version__
from custodes.config import StoreConfig
from custodes.datamap.category import CategoryRules, load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.copies import MOST, Related, identifying, related, written_apart
from custodes.datamap.crew import Crew, Told
from custodes.datamap.drift import drift_findings
from custodes.datamap.enough import Limits
from custodes.datamap.flowing import Flowing, with_origins
from custodes.datamap.prose import NameFinder
from custodes.datamap.scan import Asked
from custodes.datamap.sketch import FORM
from custodes.datamap.sketches import Sketches
from custodes.pipeline import absent
from custodes.pipeline.flowing import flows_told
from custodes.pipeline.flows import collect
from custodes.pipeline.keep import Keeper
from custodes.pipeline.meter import Meter
from custodes.pipeline.progress import Progress
from custodes.pipeline.rulings import ruled, unapplied
from custodes.pipeline.site import StoreSite, hands
from custodes.pipeline.under_way import UnderWay
from custodes.pipeline.workspace import Workspace
from custodes.records import Copy, Drift, Examined, Field, Finding, FlowEdge, Skipped, Suppressed
from custodes.stores.names import file_name


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """examined: the map with people's rulings applied. suppressed: verdicts that a ruling keeps off it.

    references: pairs that share values because a foreign key says so.
    changed: whether anything on the data map differs from before. read: datasets that were read, not remembered.
    flows: every known edge. told: what they tell of the map.
    drifts: what of the stores' schemas is new, gone or of another type, as long as it is news; drifted: whether this
    scan met any. rows, size: what was read, size in bytes of text.
    """

    examined: tuple[Examined, ...]
    suppressed: tuple[Suppressed, ...]
    copies: tuple[Copy, ...]
    references: tuple[Copy, ...]
    skipped: tuple[Skipped, ...]
    read: int
    changed: bool
    flows: tuple[FlowEdge, ...] = ()
    told: Flowing = field(default_factory=Flowing)
    drifts: tuple[Drift, ...] = ()
    drifted: bool = False
    rows: int = 0
    size: int = 0

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every verdict of every dataset."""
        return tuple(verdict for one in self.examined for verdict in one.verdicts)


def scan(workspace: Workspace, progress: Progress, *, full: bool = False, workers: int | None = None) -> ScanOutcome:
    """Read every configured store as far as it changed, and keep the map. One store's failure stops no other.

    full: read every row of every dataset, whatever the configuration says. workers: threads that read, so too; what is
    found is the same whatever their number.
    """
    config = workspace.config
    asked = config.scan if workers is None else replace(config.scan, workers=workers)
    limits = Limits() if full else Limits(asked.max_rows, asked.max_bytes, asked.max_seconds, asked.full)
    progress.step("scan")
    rules = load_categories(config.categories)
    names = name_finder(config.scan.names_in_text)
    judged_by = _digest(rules, limits, names.title if names is not None else "")
    classifier = Classifier(rules, names=names)
    under_way = UnderWay(workspace, judged_by)
    before = workspace.datamap.all()
    categories = {one.id: one.category for one in rules}
    sketches = Sketches(
        workspace.token_key, identifying(categories), workspace.datamap.sketches(), apart=written_apart(categories)
    )
    names_of_stores = [store.name for store in config.stores]
    workspace.datamap.forget_stores(names_of_stores)
    workspace.drifts.forget_stores(names_of_stores)
    known = {store: workspace.datamap.known(store, judged_by) for store in names_of_stores}
    done = {store: workspace.datamap.done(store, under_way.scan) for store in names_of_stores}
    meter = Meter(progress, len(config.stores), limits.rows)
    keeper = Keeper(
        workspace,
        sketches,
        judged_by=judged_by,
        scan=under_way.scan,
        known=known,
        done=done,
        left_out={chosen.name: left_out(chosen) for chosen in config.stores},
    )
    sites = [
        StoreSite(chosen, asked, _asked(chosen, limits, known, done), classifier, sketches, meter)
        for chosen in config.stores
    ]
    with closing(Crew(sites, hands(asked)).told()) as told:
        for one in told:
            if isinstance(one, Told):
                keeper.take(one)
            else:
                keeper.end(one)
    skipped = keeper.skipped()
    if not config.stores:
        skipped.append(Skipped("scan", "", "", "no store is configured", f"add [stores.NAME] to {config.file.name}"))
    lost = {gap.store for gap in skipped if not gap.dataset}
    collected = collect(workspace, progress, lost)
    skipped.extend(collected.skipped)
    pairs = _noted(workspace, sketches)
    skipped.extend(_crowded(pairs.left_out))
    skipped.extend(unapplied(workspace))
    workspace.coverage.replace("scan", skipped)
    absent.note(workspace, collected.catalogues, lost)
    changed = (
        under_way.resumed or keeper.drifted or collected.changed or _told(workspace.datamap.all()) != _told(before)
    )
    under_way.ended()
    ruled_map, suppressed = ruled(workspace)
    place = {name: number for number, name in enumerate(names_of_stores)}
    examined = tuple(sorted(ruled_map, key=lambda one: place[one.store]))  # told in the order of the owner's file
    flowing = flows_told(workspace)
    return ScanOutcome(
        with_origins(examined, flowing),
        suppressed,
        pairs.copies,
        pairs.references,
        tuple(skipped),
        keeper.read,
        changed,
        workspace.flows.all(),
        flowing,
        workspace.drifts.all(),
        keeper.drifted,
        meter.rows,
        meter.size,
    )


def _asked(
    chosen: StoreConfig,
    limits: Limits,
    known: Mapping[str, Mapping[str, Examined]],
    done: Mapping[str, Mapping[str, Examined]],
) -> Asked:
    """What of a store is read, by the full names of its datasets."""
    name = chosen.name
    return Asked(
        limits,
        {f"{name}.{dataset}": one for dataset, one in known[name].items()},
        {f"{name}.{dataset}": one for dataset, one in done[name].items()},
        left_out(chosen),
    )


def _crowded(left_out: Mapping[str, int]) -> Iterator[Skipped]:
    """Fields that share values with more others than are told."""
    for name, count in sorted(left_out.items()):
        reason = f"of the fields that {name} shares values with, {count:,} are not told beside the {MOST} closest"
        yield Skipped("scan", "", "", reason, "leave out copies that are meant to be there, under stores.NAME.skip")


def _noted(workspace: Workspace, sketches: Sketches) -> Related:
    """Keep the copies, and what changed of the verdicts since they were last noted; the copies."""
    pairs = related(sketches.all())
    workspace.datamap.save_copies(pairs.copies, sketches.stored())
    workspace.history.note(workspace.datamap.all(), workspace.clock())
    return pairs


def left_out(store: StoreConfig) -> dict[str, str]:
    """What the owner does not want read, with the reason, by every name it may go by.

    A file named after a person is told by another name than the owner wrote.
    """
    return {file_name(name): reason for name, reason in store.skip.items()} | dict(store.skip)


def _told(examined: Sequence[Examined]) -> list[Examined]:
    """The map without fingerprints: a file that was only touched is no news."""
    return [replace(one, fingerprint=None, modified=None) for one in examined]


def name_finder(model: str | None) -> NameFinder | None:
    """The owner's model that finds names of people in text; None where there is none."""
    if model is None:
        return None
    from custodes.datamap.spacy_names import SpacyNames  # noqa: PLC0415 - only where the owner asked for it

    return SpacyNames(model)


def _digest(rules: Sequence[CategoryRules], limits: Limits, names: str) -> str:
    """What a verdict depends on beside the data: a change of it makes every dataset be read again.

    Behind the dash stand the limits, which say nothing about a dataset that was read whole. Categories count by the
    text of their files: sets in them print in another order in every process.
    """
    digest = hashlib.sha256(repr((__version__, names, FORM)).encode())
    for rule in rules:
        digest.update(hashlib.sha256(rule.file.read_bytes()).digest())
    said = repr((limits.rows, limits.bytes, limits.seconds, limits.whole))
    return f"{digest.hexdigest()[:16]}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def drifted_findings(workspace: Workspace) -> list[Finding]:
    """What of the stores' schemas is new, gone or of another type, as long as it is news."""
    return drift_findings(workspace.drifts.all(), [field for one in ruled(workspace)[0] for field in one.verdicts])
