"""Which detections are there, and is each of them whole? A file is taken as meant or refused with file and key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes.detections import reason
from custodes.detections.detection import COMPARISON, PARTICIPANTS, Detection, Expectation, Scenario
from custodes.detections.form import Form, read, read_file
from custodes.engine import embedded
from custodes.engine.interface import Engine, Parameter, QuestionFailed
from custodes.errors import BadInput
from custodes.records import SEVERITIES

SHIPPED: Final = Path(__file__).parent / "shipped"
SUFFIX: Final = ".yml"

_VIEWS: Final = ("event", "people", "cases", "parties", "keys", "subjects", "field")  # that may be needed or given
_REQUIRED: Final = ("subjects", "first", "last", "evidence")
_SINGULAR: Final = tuple(one for one, _ in PARTICIPANTS)
_PLURAL: Final = tuple(many for _, many in PARTICIPANTS)


def load_detections(own: Path | None = None, engine: Engine | None = None) -> tuple[Detection, ...]:
    """The shipped detections and those in the user's own folder, by id.

    engine: any engine; the queries are bound against its views, not run. Raises BadInput naming file and key: a file
    that is not whole, or an id that two files claim.
    """
    if engine is None:
        empty = embedded.empty()
        try:
            return load_detections(own, empty)
        finally:
            empty.close()
    found: dict[str, Detection] = {}
    for folder, shipped in [(SHIPPED, True)] + ([(own, False)] if own is not None else []):
        for path in _files(folder):
            detection = _detection(read_file(path, ours=shipped), path.stem, engine, shipped=shipped)
            if detection.id in found:
                raise BadInput(
                    f'two detections have the id "{detection.id}"',
                    where=f"{found[detection.id].source} and {path}",
                    hint="rename one file and its id",
                )
            found[detection.id] = detection
    return tuple(found[name] for name in sorted(found))


def parse(text: str, name: str, engine: Engine) -> Detection:
    """One detection from its text, as if read from a file `name`.yml. Raises BadInput."""
    return _detection(read(text, name + SUFFIX), name, engine, shipped=False)


def _files(folder: Path) -> Sequence[Path]:
    if not folder.is_dir():
        raise BadInput("the folder of detections does not exist", where=str(folder), hint="create it")
    wrong = sorted(folder.glob("*.yaml"))
    if wrong:
        # Walking past it would look like a detection that never fires.
        raise BadInput("a detection's file ends in .yml", where=str(wrong[0]), hint="rename it to .yml")
    return sorted(folder.glob(f"*{SUFFIX}"))


def _detection(form: Form, stem: str, engine: Engine, *, shipped: bool) -> Detection:
    name = form.text("id")
    if name != stem:
        raise form.fail(
            "id", f'the id "{name}" is not the file\'s name', f"name the file {name}{SUFFIX}, or write id: {stem}"
        )
    if not (name.isidentifier() and name.islower()):
        raise form.fail("id", "an id has small letters, digits and _", "write id: like bulk_reading")
    query = form.text("query").rstrip(";").rstrip()
    parameters = form.parameters("parameters")
    confidence = (
        form.text("confidence")
        if not isinstance(form.take("confidence"), float | int)
        else str(form.take("confidence"))
    )
    columns, leaves = _bind(form, engine, query, confidence, parameters)
    question = form.text("question")
    setting = _scenario_parts(form.form("setting"), finished=True)
    detection = Detection(
        id=name,
        title=form.text("title"),
        question=question,
        why=form.text("why", question),
        severity=_severity(form),
        needs=_needs(form),
        parameters=parameters,
        query=query,
        confidence=confidence,
        reason=_reason(form, columns, set(parameters)),
        identity=_identity(form, columns),
        triage=form.texts("triage", required=True),
        blind_spots=form.texts("blind_spots", required=True),
        references=form.texts("references"),
        fires=_scenarios(form, "fires", setting),
        quiet=_scenarios(form, "quiet", setting),
        columns=columns,
        leaves=leaves,
        source=form.where,
        digest=hashlib.sha256(json.dumps(form.values, sort_keys=True, default=str).encode()).hexdigest(),
        shipped=shipped,
    )
    form.finish()
    return detection


def _bind(
    form: Form, engine: Engine, query: str, confidence: str, given: Mapping[str, Parameter]
) -> tuple[tuple[str, ...], bool]:
    try:
        schema = engine.ask(f"select * from ({query}\n) as found limit 0", given).schema  # noqa: S608 - the engine's gate
    except QuestionFailed as failure:
        raise form.fail("query", failure.reason, failure.hint) from failure
    try:
        engine.ask(f"select cast({confidence} as double) as c from ({query}\n) as found limit 0", given)  # noqa: S608 - gated by the engine
    except QuestionFailed as failure:
        hint = f"a number from 0 to 1, or SQL that gives one, over: {', '.join(schema.names)}"
        raise form.fail("confidence", failure.reason, hint) from failure
    missing = [column for column in _REQUIRED if column not in schema.names]
    if missing:
        raise form.fail("query", f'the column "{missing[0]}" is missing', f"return {', '.join(_REQUIRED)}")
    if not set(_SINGULAR + _PLURAL) & set(schema.names):
        raise form.fail("query", "no column says who", f"return one of: {', '.join(_SINGULAR + _PLURAL)}")
    evidence = schema.field("evidence").type
    if not (pa.types.is_list(evidence) and _is_reference(evidence.value_type)):
        raise form.fail("query", "evidence is no list of leaves or event ids", "write list(leaf) as evidence")
    return tuple(schema.names), bool(pa.types.is_integer(evidence.value_type))


def _is_reference(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_string(kind))


def _severity(form: Form) -> int:
    word = form.take("severity")
    if not isinstance(word, str) or word not in SEVERITIES:
        if word is None:
            raise form.fail("severity", "a severity is required here", f"one of: {', '.join(SEVERITIES)}")
        raise form.fail("severity", f'"{word}" is no severity', f"one of: {', '.join(SEVERITIES)}")
    return SEVERITIES[word]


def _needs(form: Form) -> tuple[str, ...]:
    needs = form.texts("needs")
    for view in needs:
        if view not in _VIEWS:
            raise form.fail("needs", f'"{view}" is no view', f"among: {', '.join(_VIEWS)}")
    return needs


def _reason(form: Form, columns: tuple[str, ...], parameters: set[str]) -> tuple[str, ...]:
    sentences = form.texts("reason", required=True)
    for sentence in sentences:
        try:
            unknown = sorted(reason.names(sentence) - set(columns) - parameters)
        except ValueError as error:
            raise form.fail("reason", "this is no template", f"write {{column}}: {error}") from error
        if unknown:
            raise form.fail("reason", f'the query returns no column "{unknown[0]}"', f"among: {', '.join(columns)}")
    return sentences


def _identity(form: Form, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that tell findings apart; by default the singular participants (lists may grow, and the id with them)."""
    identity = form.texts("identity") or tuple(column for column in _SINGULAR if column in columns)
    for column in identity:
        if column not in columns:
            raise form.fail("identity", f'the query returns no column "{column}"', f"among: {', '.join(columns)}")
    if not identity:
        raise form.fail("identity", "nothing tells one finding from another", "name the columns under identity:")
    return identity


def _scenarios(form: Form, key: str, setting: Scenario) -> tuple[Scenario, ...]:
    scenarios = []
    for inner in form.forms(key):
        name = inner.text("name")
        finds = tuple(_expectation(each) for each in inner.forms("finds")) if key == "fires" else ()
        own = _scenario_parts(inner)
        inner.finish()
        scenarios.append(Scenario(name, setting.tables + own.tables, setting.generate + own.generate, finds))
    if not scenarios:
        raise form.fail(
            key,
            f"the detection has no scenario that {'must fire' if key == 'fires' else 'must stay quiet'}",
            f"add one under {key}:",
        )
    return tuple(scenarios)


def _scenario_parts(form: Form, *, finished: bool = False) -> Scenario:
    tables = tuple(
        ("event" if key == "events" else key, form.text(key))
        for key in (*_VIEWS[1:], "events")
        if form.take(key) is not None
    )
    generate = tuple(each.values for each in form.forms("generate"))
    if finished:
        form.finish()
    return Scenario("", tables, generate)


def _expectation(form: Form) -> Expectation:
    participants = {many: form.texts(many) for many in _PLURAL if form.take(many) is not None}
    for one, many in PARTICIPANTS:
        if form.take(one) is not None:
            participants[many] = form.texts(one)
    confidence, subjects = _comparison(form, "confidence", "0.7"), _comparison(form, "subjects", "40")
    form.finish()
    return Expectation(participants, confidence, subjects)


def _comparison(form: Form, key: str, example: str) -> str | None:
    value = form.take(key)
    if value is None:
        return None
    if COMPARISON.match(str(value)) is None:
        raise form.fail(
            key, f'"{value}" is no comparison', f'a number, or one of >=, <=, >, <, == before it: ">= {example}"'
        )
    return str(value)
