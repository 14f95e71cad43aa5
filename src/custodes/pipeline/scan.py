"""Step one: what customer data is where?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from custodes import __version__
from custodes.config import StoreConfig
from custodes.datamap.category import CategoryRules, load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.copies import Sketches, copies, identifying
from custodes.datamap.enough import Limits
from custodes.datamap.flowing import Flowing, with_origins
from custodes.datamap.misplaced import misplaced
from custodes.datamap.prose import NameFinder
from custodes.datamap.scan import scan as scan_store
from custodes.errors import CouldNotRun, StoreRefused
from custodes.pipeline.categories import known_categories
from custodes.pipeline.flowing import flows_told
from custodes.pipeline.flows import collect
from custodes.pipeline.open_store import open_store
from custodes.pipeline.progress import Progress
from custodes.pipeline.rulings import ruled, unapplied
from custodes.pipeline.under_way import UnderWay
from custodes.pipeline.workspace import Workspace
from custodes.records import Dataset, Examined, Field, Finding, FlowEdge, Skipped, Suppressed
from custodes.stores.names import file_name


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """examined: the map with people's rulings applied. suppressed: verdicts that a ruling keeps off it.

    changed: whether anything on the data map differs from before. read: datasets that were read, not remembered.
    flows: every known edge. told: what they tell of the map.
    """

    examined: tuple[Examined, ...]
    suppressed: tuple[Suppressed, ...]
    copies: tuple[tuple[str, str, float], ...]
    skipped: tuple[Skipped, ...]
    read: int
    changed: bool
    flows: tuple[FlowEdge, ...] = ()
    told: Flowing = field(default_factory=Flowing)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every verdict of every dataset."""
        return tuple(verdict for one in self.examined for verdict in one.verdicts)


def scan(workspace: Workspace, progress: Progress, *, full: bool = False) -> ScanOutcome:
    """Read every configured store as far as it changed, and keep the map. One store's failure stops no other.

    full: read every row of every dataset, whatever the configuration says.
    """
    config = workspace.config
    asked = config.scan
    limits = Limits() if full else Limits(asked.max_rows, asked.max_bytes, asked.max_seconds, asked.full)
    progress.step("scan")
    rules = load_categories(config.categories)
    names = name_finder(config.scan.names_in_text)
    judged_by = _digest(rules, limits, names.title if names is not None else "")
    classifier = Classifier(rules, names=names)
    under_way = UnderWay(workspace, judged_by)
    before = workspace.datamap.all()
    sketches = Sketches(
        workspace.token_key, identifying({one.id: one.category for one in rules}), workspace.datamap.sketches()
    )
    skipped: list[Skipped] = []
    read = 0
    if not config.stores:
        skipped.append(Skipped("scan", "", "", "no store is configured", f"add [stores.NAME] to {config.file.name}"))
    workspace.datamap.forget_stores(store.name for store in config.stores)
    for chosen in config.stores:
        known = workspace.datamap.known(chosen.name, judged_by)
        done = workspace.datamap.done(chosen.name, under_way.scan)
        found: list[Examined] = []
        try:
            with closing(open_store(chosen, timeout=config.scan.timeout)) as store:
                for one in scan_store(
                    store,
                    classifier,
                    sketches=sketches,
                    max_rows=limits.rows,
                    limits=limits,
                    known={f"{chosen.name}.{name}": each for name, each in known.items()},
                    done={f"{chosen.name}.{name}": each for name, each in done.items()},
                    skip=left_out(chosen),
                    on_progress=progress.advance,
                ):
                    if isinstance(one, Skipped):
                        skipped.append(one)
                        continue
                    found.append(one)
                    # What was read in part would not be told again: it is read again.
                    whole = all((gap.store, gap.dataset) != (one.store, one.dataset) for gap in skipped[-2:])
                    if whole and not _unchanged(one, known) and one.dataset not in done:
                        workspace.datamap.keep(
                            one,
                            sketches.of(Dataset(one.store, one.dataset, ())),
                            judged_by=judged_by,
                            now=workspace.clock(),
                            scan=under_way.scan,
                        )
        except (StoreRefused, CouldNotRun) as error:
            skipped.append(Skipped("scan", chosen.name, "", str(error), error.hint))
            # What was known of a store that cannot be reached stays on the map: it has not gone away.
            seen = {one.dataset for one in found}
            for name, one in known.items():
                if name not in seen:
                    sketches.keep(Dataset(chosen.name, name, ()))
                    found.append(one)
        read += sum(not _unchanged(one, known) for one in found)
        workspace.datamap.save([chosen.name], found, judged_by=judged_by, now=workspace.clock())
    collected = collect(workspace, progress, lost={gap.store for gap in skipped if not gap.dataset})
    skipped.extend(collected.skipped)
    pairs = _noted(workspace, sketches)
    skipped.extend(unapplied(workspace))
    workspace.coverage.replace("scan", skipped)
    changed = under_way.resumed or collected.changed or _told(workspace.datamap.all()) != _told(before)
    under_way.ended()
    ruled_map, suppressed = ruled(workspace)
    place = {store.name: number for number, store in enumerate(config.stores)}
    examined = tuple(sorted(ruled_map, key=lambda one: place[one.store]))  # told in the order of the owner's file
    told = flows_told(workspace)
    examined = with_origins(examined, told)
    return ScanOutcome(examined, suppressed, tuple(pairs), tuple(skipped), read, changed, workspace.flows.all(), told)


def _noted(workspace: Workspace, sketches: Sketches) -> Sequence[tuple[str, str, float]]:
    """Keep the copies, and what changed of the verdicts since they were last noted; the copies."""
    pairs = copies(sketches.all())
    workspace.datamap.save_copies(pairs, sketches.stored())
    workspace.history.note(workspace.datamap.all(), workspace.clock())
    return pairs


def left_out(store: StoreConfig) -> dict[str, str]:
    """What the owner does not want read, with the reason, by every name it may go by.

    A file named after a person is told by another name than the owner wrote.
    """
    return {file_name(name): reason for name, reason in store.skip.items()} | dict(store.skip)


def _told(examined: Sequence[Examined]) -> list[Examined]:
    """The map without fingerprints: a file that was only touched is no news."""
    return [replace(one, fingerprint=None) for one in examined]


def _unchanged(one: Examined, known: Mapping[str, Examined]) -> bool:
    before = known.get(one.dataset)
    return before is not None and one.fingerprint is not None and before.fingerprint == one.fingerprint


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
    digest = hashlib.sha256(repr((__version__, names)).encode())
    for rule in rules:
        digest.update(hashlib.sha256(rule.file.read_bytes()).digest())
    said = repr((limits.rows, limits.bytes, limits.seconds, limits.whole))
    return f"{digest.hexdigest()[:16]}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def in_vault(stores: Iterable[StoreConfig]) -> Callable[[str, str], bool]:
    """Whether the owner declared (store, dataset) a vault."""
    vaults = {store.name: store.vault for store in stores}

    def answer(store: str, dataset: str) -> bool:
        declared = vaults.get(store, False)
        return declared if isinstance(declared, bool) else dataset in declared

    return answer


def misplaced_findings(workspace: Workspace) -> list[Finding]:
    """What lies on the map where the owner did not declare a vault, raised when a scan first saw it there."""
    since = {f"{store}.{name}": moment for (store, name), moment in workspace.datamap.first_seen().items()}
    found = misplaced(
        [verdict for one in ruled(workspace)[0] for verdict in one.verdicts],
        known_categories(workspace),
        in_vault(workspace.config.stores),
        workspace.clock(),
        workspace.datamap.copies(),
    )
    return [replace(one, raised=since.get(one.datasets[0], one.raised)) for one in found]
