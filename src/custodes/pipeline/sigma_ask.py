"""What do the owner's Sigma rules find? Rules for sealed events, rules for raw records, and what comes together.

A rule for raw records reads the configured logs again, for what it looks at is not kept; what it matches is known by
the events' ids and told with the sealed events, so that every finding has leaves. What was matched and is not sealed,
what could not be read, and what no rule could ask is told as uncovered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from custodes.config import LogConfig, SigmaConfig
from custodes.engine.interface import Engine, QuestionFailed, Tables
from custodes.engine.tables import DuckTables
from custodes.pipeline.sigma import STORE
from custodes.pipeline.sigma_kept import Kept, save
from custodes.pipeline.sigma_read import ALL_MATCHES, MATCHES, Wanted, read
from custodes.pipeline.workspace import Workspace
from custodes.records import Finding, LogSource, Skipped
from custodes.sigma.condition import Columns, where
from custodes.sigma.correlation import Input, carried, compiled, input_of, slots
from custodes.sigma.finding import EVENTS, TooMany, of_correlation, of_rule
from custodes.sigma.rule import SEALED, Correlation, Rule, RuleSet
from custodes.sigma.sealed import sealed_columns
from custodes.sigma.value import quoted

_MOMENT: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SEALED_COLUMNS: Final = "event_id, leaf, time, actor, subject, dataset, source"


def asked(
    workspace: Workspace, config: SigmaConfig, rules: RuleSet, engine: Engine
) -> tuple[list[Finding], list[Skipped], list[str]]:
    """What the rules find, what they could not see, and the ids of those that were asked to the end.

    engine: over the sealed events. Raises QuestionFailed.
    """
    with DuckTables() as tables:
        asking = _Asking(workspace, config, rules, engine, tables)
        asking.run()
        return asking.findings, asking.skipped, asking.answered()


class _Asking:
    """One run of all rules."""

    def __init__(
        self, workspace: Workspace, config: SigmaConfig, rules: RuleSet, engine: Engine, tables: Tables
    ) -> None:
        self._workspace = workspace
        self._config = config
        self._rules = rules
        self._engine = engine
        self._tables = tables
        self._carried = carried(rules.correlations)
        self._events: dict[str, list[pa.Table]] = {}  # by key of the rule: sealed events that it matches
        self._matches: dict[str, list[pa.Table]] = {}  # by key of the rule: eid, ts, values
        self._lost: set[str] = set()  # keys of rules whose matches are not all here: no correlation can count them
        self._untold: set[str] = set()  # of those, the ones without any matches here
        self.findings: list[Finding] = []
        self.skipped: list[Skipped] = []

    def run(self) -> None:
        for rule in self._rules.rules:
            if rule.source.product == SEALED:
                self._ask_sealed(rule)
        raw = [rule for rule in self._rules.rules if rule.source.product != SEALED]
        logs = [(log, log.sigma) for log in self._workspace.config.logs if log.sigma is not None]
        for log, source in logs:
            meant = [rule for rule in raw if rule.source.asks_for(source)]
            if meant:
                self._ask_raw(log, meant)
        self._tell_unwatched(raw, [source for _, source in logs])
        self._tell()

    def answered(self) -> list[str]:
        """Ids of the rules and correlations that were asked of everything there was for them."""
        both: list[Rule | Correlation] = [*self._rules.rules, *self._rules.correlations]
        return sorted(one.about.check for one in both if one.about.key not in self._lost)

    def _ask_sealed(self, rule: Rule) -> None:
        columns = sealed_columns(self._config.fields.get(SEALED, {}))
        names = slots(self._carried.get(rule.about.key, {}))
        values = "".join(f", {columns.of(name)} as v{place}" for place, (name, _) in enumerate(names))
        condition = where(rule.trees, columns)
        try:
            found = self._engine.ask(
                f"select {_SEALED_COLUMNS}{values} from event where {condition} limit {MATCHES + 1}"  # noqa: S608 - sigma quotes all values
            )
        except QuestionFailed as failure:
            self._skip_rule(rule, failure.reason, failure.hint)
            return
        if found.num_rows > MATCHES:
            self._skip_rule(rule, *_crowded())
            return
        self._take(rule, found, [found.column(f"v{place}") for place in range(len(names))])

    def _ask_raw(self, log: LogConfig, rules: Sequence[Rule]) -> None:
        wanted = [self._wanted(rule) for rule in rules]
        reading = read(self._workspace, log, wanted, self._tables)
        kept = reading.kept
        self.skipped += reading.skipped
        ids = sorted({event_id for found in kept.matches.values() for event_id in found})
        found = self._sealed(log, ids)
        rows: dict[str, list[int]] = {}
        for place, event_id in enumerate(found.column("event_id").to_pylist()):
            rows.setdefault(event_id, []).append(place)
        lacking = kept.settle(rows.keys())
        save(self._workspace.data, log.name, kept)
        for one in wanted:
            if one.digest in kept.crowded:
                self._skip_rule(one.rule, *(_crowded() if kept.count(one.digest) > MATCHES else _full()))
                continue
            failure = reading.failed.get(one.digest)
            if failure is not None:
                # What it matched before it failed is true; that the rest matches nothing is not known.
                self._lost.add(one.rule.about.key)
                self._skip(f"{one.rule.about.file}: {one.rule.about.title}", failure.reason, failure.hint)
            matched = kept.matches.get(one.digest, {})
            places = [(place, values) for name, values in matched.items() for place in rows.get(name, ())]
            taken = found.take(pa.array([place for place, _ in places], pa.int64()))
            carried = [
                pa.chunked_array([pa.array([values[number] for _, values in places], pa.string())])
                for number in range(len(slots(one.carried)))
            ]
            self._take(one.rule, taken, carried, told=True)
        self._tell_unsealed(log, kept, lacking)

    def _wanted(self, rule: Rule) -> Wanted:
        carried = self._carried.get(rule.about.key, {})
        means = self._config.fields.get(rule.source.product or "", {})
        paths = {name: means.get(name, name) for name in sorted({*rule.fields, *carried})}
        # What the rule asks, whatever else its file says: a new description reads nothing anew.
        sql = where(rule.trees, Columns({name: quoted(path) for name, path in paths.items()}, keywords="keywords"))
        told = repr((sql, sorted(paths.items()), sorted(carried.items())))
        return Wanted(rule, hashlib.sha256(told.encode()).hexdigest()[:32], paths, carried)

    def _sealed(self, log: LogConfig, ids: list[str]) -> pa.Table:
        sql = (
            f"select {_SEALED_COLUMNS} from event where source = $log "  # noqa: S608 - our own words
            "and event_id in (select unnest(cast($ids as varchar[])))"
        )
        return self._engine.ask(sql, {"log": log.name, "ids": ids})

    def _take(self, rule: Rule, found: pa.Table, carried: Sequence[pa.ChunkedArray], *, told: bool = False) -> None:
        """Hold the matches of a rule. carried: by slot. told: the values are tokens already."""
        key = rule.about.key
        if key in self._untold:
            return
        eid = pc.binary_join_element_wise(found.column("source").cast(pa.string()), found.column("event_id"), ":")
        events = found.select(["event_id", "leaf", "time", "actor", "subject", "dataset"]).append_column("eid", eid)
        self._events.setdefault(key, []).append(events)
        ts = found.column("time").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
        columns = {"eid": eid, "ts": ts}
        for place, ((_, how), values) in enumerate(zip(slots(self._carried.get(key, {})), carried, strict=True)):
            plain = told or how == "number"
            columns[f"v{place}"] = values if plain else self._tokens(_text(values))
        self._matches.setdefault(key, []).append(pa.table(columns))
        self._bound()

    def _bound(self) -> None:
        """While more is held than may be, let go of the rule that has the most."""
        held = {key: sum(one.num_rows for one in tables) for key, tables in self._matches.items()}
        while sum(held.values()) > ALL_MATCHES:
            most = max(held, key=lambda key: (held[key], key))
            del held[most], self._matches[most], self._events[most]
            self._skip_rule(next(rule for rule in self._rules.rules if rule.about.key == most), *_full())

    def _tokens(self, values: pa.ChunkedArray) -> pa.Array:
        """Each distinct value is made a token once."""
        encoded = values.combine_chunks().dictionary_encode()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        words = [self._workspace.tokeniser.token(word) for word in encoded.dictionary.to_pylist()]
        return pa.array(words, pa.string()).take(encoded.indices)

    def _tell(self) -> None:
        """Findings of all that was matched."""
        if not self._events:
            self._tell_lost_correlations()
            return
        self._tables.hold("arrived", pa.concat_tables(each for held in self._events.values() for each in held))
        self._tables.make(EVENTS, "select distinct * from arrived")
        inputs = {rule.about.key: self._input(place, rule) for place, rule in enumerate(self._rules.rules)}
        for rule in self._rules.rules:
            if rule.told and rule.about.key not in self._untold:
                try:
                    self.findings += of_rule(self._tables, rule, inputs[rule.about.key].table)
                except TooMany:
                    self._skip_rule(rule, *_crowded())
                except QuestionFailed as failure:
                    self._skip_rule(rule, failure.reason, failure.hint)
        self._tell_lost_correlations()
        whole = [one for one in self._rules.correlations if one.about.key not in self._lost]
        for one, asked in zip(whole, compiled(whole, inputs, self._horizon()), strict=True):
            try:
                for step in asked.steps:
                    self._tables.make(step.name, step.sql)
                if one.told:
                    for step in asked.evidence:
                        self._tables.make(step.name, step.sql)
                    self.findings += of_correlation(self._tables, one, asked)
            except TooMany:
                self._lost.add(one.about.key)
                self._skip(f"{one.about.file}: {one.about.title}", *_crowded())
            except QuestionFailed as failure:
                self._lost.add(one.about.key)
                self._skip(f"{one.about.file}: {one.about.title}", failure.reason, failure.hint)

    def _tell_lost_correlations(self) -> None:
        for one in self._rules.correlations:
            missing = next((part.key for part in one.parts if part.key in self._lost), None)
            if missing is not None:
                self._lost.add(one.about.key)
                what = f'the matches of the rule "{missing}" that it refers to are not all there'
                self._skip(f"{one.about.file}: {one.about.title}", what, "see what is said of that rule")

    def _input(self, place: int, rule: Rule) -> Input:
        wanted = self._carried.get(rule.about.key, {})
        table = f"matches{place}"
        columns = {f"v{number}": pa.string() for number in range(len(slots(wanted)))}
        schema = pa.schema([("eid", pa.string()), ("ts", pa.int64()), *columns.items()])
        held = [one.cast(schema) for one in self._matches.get(rule.about.key, [])]
        self._tables.hold(table, pa.concat_tables(held) if held else schema.empty_table())
        return input_of(table, wanted)

    def _horizon(self) -> int:
        """Up to when everything is known: the last touch that is sealed."""
        last = self._engine.ask("select max(time) as last from event").column("last")[0].as_py()
        return 0 if last is None else (last - _EPOCH) // _MOMENT

    def _tell_unwatched(self, raw: Sequence[Rule], sources: Sequence[LogSource]) -> None:
        """Rules that no configured log is meant for: they are asked of nothing, which is not the same as quiet."""
        missing: dict[str, int] = {}
        for rule in raw:
            if not any(rule.source.asks_for(source) for source in sources):
                self._lost.add(rule.about.key)
                missing[rule.source.name] = missing.get(rule.source.name, 0) + 1
        for name, count in sorted(missing.items()):
            rules = "a rule asks" if count == 1 else f"{count:,} rules ask"
            what = f"{rules} about logs of {name}, and no configured log says that it is one"
            self._skip(name, what, 'add sigma = { product = "...", service = "..." } to that log')

    def _tell_unsealed(self, log: LogConfig, kept: Kept, lacking: int) -> None:
        count = lacking + sum(one.unsealed for one in kept.files.values())
        if count:
            records = "a record that rules match is" if count == 1 else f"{count:,} records that rules match are"
            self.skipped.append(
                Skipped(
                    *("detect", log.name, "Sigma rules", f"{records} not sealed: there is no evidence of them"),
                    hint='see what is in quarantine, and run "custodes ingest"',
                )
            )

    def _skip_rule(self, rule: Rule, reason: str, hint: str) -> None:
        self._lost.add(rule.about.key)
        self._untold.add(rule.about.key)
        self._skip(f"{rule.about.file}: {rule.about.title}", reason, hint)

    def _skip(self, name: str, reason: str, hint: str) -> None:
        self.skipped.append(Skipped("detect", STORE, name, reason, hint))


def _crowded() -> tuple[str, str]:
    return "it matches so much that it counts ordinary work", "narrow the rule, or remove it"


def _full() -> tuple[str, str]:
    what = f"rules match more than {ALL_MATCHES:,} events together, and this one the most"
    return what, "narrow the rules that match most, or remove them"


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists as one text: a group is of events whose lists are equal."""
    if pa.types.is_list(values.type):
        joined = [None if one is None else "\n".join(one) for one in values.to_pylist()]
        return pa.chunked_array([pa.array(joined, pa.string())])
    return values
