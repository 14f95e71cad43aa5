"""Which rules can our engine run? Each is bound once over empty tables, before any record is read.

A regular expression that the engine does not know, or a field that sealed events do not have, shows here, with the
rule's name, and not in the middle of a night's run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import pyarrow as pa

from custodes.engine.interface import QuestionFailed, Tables
from custodes.records.schema import SEALED_SCHEMA
from custodes.sigma.condition import Columns, where
from custodes.sigma.projection import KEYWORDS
from custodes.sigma.rule import SEALED, CannotCompile, Correlation, Refused, Rule, RuleSet
from custodes.sigma.sealed import sealed_columns


def tried(rules: RuleSet, tables: Tables, fields: Mapping[str, Mapping[str, str]]) -> RuleSet:
    """The same rules without those that cannot run, which are refused. fields: the owner's, by product."""
    raw = sorted({field for rule in rules.rules if rule.source.product != SEALED for field in rule.fields})
    names = {field: f"c{place}" for place, field in enumerate(raw)}
    empty = pa.array([], pa.string())
    tables.hold("trial_record", pa.table({**dict.fromkeys(names.values(), empty), KEYWORDS: empty}))
    tables.hold("trial_event", pa.schema([_plain(field) for field in SEALED_SCHEMA]).empty_table())
    refused: dict[str, Refused] = {}
    for rule in rules.rules:
        try:
            if rule.source.product == SEALED:
                _try(tables, rule, "trial_event", sealed_columns(fields.get(SEALED, {})))
            else:
                _try(tables, rule, "trial_record", Columns(names, keywords=KEYWORDS))
        except (CannotCompile, QuestionFailed, RecursionError) as error:
            reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
            refused[rule.about.key] = Refused(
                rule.about.file, rule.about.title, reason, getattr(error, "hint", "split it into several rules")
            )
    correlations = []
    sealed = {rule.about.key for rule in rules.rules if rule.source.product == SEALED}
    for one in rules.correlations:
        wrong = _wrong(one, refused, sealed, sealed_columns(fields.get(SEALED, {})))
        if wrong is None:
            correlations.append(one)
        else:
            refused[one.about.key] = Refused(one.about.file, one.about.title, wrong.reason, wrong.hint)
    return replace(
        rules,
        rules=tuple(rule for rule in rules.rules if rule.about.key not in refused),
        correlations=tuple(correlations),
        refused=tuple(sorted((*rules.refused, *refused.values()))),
    )


def _try(tables: Tables, rule: Rule, table: str, columns: Columns) -> None:
    tables.ask(f"select 1 from {table} where {where(rule.trees, columns)} limit 0")


def _wrong(
    one: Correlation, refused: Collection[str], sealed: Collection[str], columns: Columns
) -> CannotCompile | None:
    """Why the correlation cannot be asked: a part that is not, or a field that the part's events do not have."""
    for part in one.parts:
        if part.key in refused:
            return CannotCompile(f'the rule "{part.key}" that it refers to is not asked', "mend that rule")
        try:
            for name in (*one.group, *([one.field] if one.field else [])) if part.key in sealed else ():
                columns.of(part.field(name))
        except CannotCompile as error:
            return error
    return None


def _plain(field: pa.Field) -> pa.Field:
    """As the engine has it: words as text."""
    return pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
