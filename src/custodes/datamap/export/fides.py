"""How is the map told to Fides? As a manifest of datasets, collections and fields with their data categories.

Fides takes the databases from it in which it looks for a person's data. A dataset of Fides is a schema of ours (or a
store of files), a collection is a table or file. Only fields with personal data are listed: the map keeps no others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

import yaml

from custodes.datamap.export.cells import printable
from custodes.datamap.export.told import MapTold, far, sure
from custodes.records import Examined, Field, Skipped
from custodes.records.processing import NOT_STATED

_DATABASES: Final = ("sqlite", "postgres", "mysql", "duckdb")
_NOT_IN_KEYS: Final = re.compile(r"[^a-zA-Z0-9_-]+")
_CATEGORY: Final = re.compile(r"[a-zA-Z0-9_.<>-]+")  # what fideslang takes for a key

# The compiled one, where PyYAML has it, is as safe and many times as fast.
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

#: The keys of data subjects in fideslang's own taxonomy: others are told in `meta` alone.
SUBJECTS: Final = frozenset(
    ("anonymous_user", "citizen_voter", "commuter", "consultant", "customer", "employee", "job_applicant",
     "next_of_kin", "passenger", "patient", "prospect", "shareholder", "supplier_vendor", "trainee", "visitor")
)  # fmt: skip


def manifest(told: MapTold) -> bytes:
    """The manifest as YAML. Comments at its head name all that was not covered; so does each dataset's `meta`."""
    places: dict[tuple[str, str], list[Examined]] = {}
    for one in told.examined:
        places.setdefault(_place(told, one.store, one.dataset)[:2], []).append(one)
    stores_told = {store for store, _ in places}
    configured = {one.store for one in told.stores}  # gaps name flows and logs, too, which hold nothing
    for gap in told.gaps:
        if gap.store in configured and gap.store not in stores_told:
            places.setdefault((gap.store, ""), [])
    body = {
        "organization": [_organization(told)],
        "dataset": [_dataset(told, store, schema, held) for (store, schema), held in sorted(places.items())],
    }
    text = yaml.dump(body, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=1000)
    return ("".join(f"# {printable(line)}\n" for line in _head(told)) + text).encode()


def _head(told: MapTold) -> Iterator[str]:
    yield f"The data map of {told.name}, made {told.made.isoformat(timespec='seconds')}."
    yield "Only fields with personal data are listed. Not covered:" + (" nothing that was asked for" * (not told.gaps))
    for gap in told.gaps:
        yield f"- {_where(gap)}: {gap.reason}"


def _organization(told: MapTold) -> dict[str, object]:
    said = told.controller
    controller = {"name": said.name or NOT_STATED}
    if "@" in said.contact:
        controller["email"] = said.contact
    return {
        "fides_key": "default_organization",
        "name": told.name,
        "description": f"Controller: {said.name or NOT_STATED}. Contact: {said.contact or NOT_STATED}. "
        f"Data protection officer: {said.officer or NOT_STATED}.",
        "controller": controller,
    }


def _dataset(told: MapTold, store: str, schema: str, held: list[Examined]) -> dict[str, object]:
    name = f"{store}.{schema}" if schema else store
    keeping = told.keeping(store)
    personal = [one for one in held if one.verdicts]
    activities = [each for one in personal for each in told.activities(store, one.dataset)]
    subjects = {subject for each in activities for subject in each.subjects}
    gaps = [gap for gap in told.gaps if gap.store == store and _fits(told, gap, schema)]
    told_of: dict[str, object] = {
        "fides_key": _key(name),
        "name": name,
        "description": f"{len(personal):,} of {len(held):,} collections that were read hold personal data; only these, "
        "and only their fields with personal data, are listed.",
        "meta": {
            "store": store,
            "kind": keeping.kind or "not known",
            "owner": keeping.owner or NOT_STATED,
            "country": keeping.country or NOT_STATED,
            "security": list(keeping.security) or NOT_STATED,
            "nothing_recognised_in": [one.dataset for one in held if not one.verdicts],
            "not_covered": [f"{_where(gap)}: {gap.reason}" for gap in gaps],
            "ruled_not_personal": [
                f"{each.verdict.dataset}.{each.verdict.field}: {each.verdict.category}, {each.ruling.why}"
                for each in told.suppressed
                if _place(told, each.verdict.store, each.verdict.dataset)[:2] == (store, schema)
            ],
            "processing": {one.dataset: _processing(told, one) for one in personal},
        },
        "collections": [_collection(told, one) for one in personal],
    }
    if known := sorted(subjects & SUBJECTS):
        told_of["data_subjects"] = known
    return told_of


def _processing(told: MapTold, one: Examined) -> object:
    activities = told.activities(one.store, one.dataset)
    return [
        {
            "activity": each.title,
            "purposes": list(each.purposes) or NOT_STATED,
            "subjects": list(each.subjects) or NOT_STATED,
            "retention": each.retention or NOT_STATED,
            "owner": told.owner(one, each) or NOT_STATED,
        }
        for each in activities
    ] or NOT_STATED


def _collection(told: MapTold, one: Examined) -> dict[str, object]:
    fields: dict[str, list[Field]] = {}
    for verdict in one.verdicts:
        fields.setdefault(verdict.field, []).append(verdict)
    return {
        "name": _place(told, one.store, one.dataset)[2],
        "description": f"{one.kind}, {one.columns:,} columns, {far(one)}",
        "fields": [_field(told, name, verdicts) for name, verdicts in fields.items()],
    }


def _field(told: MapTold, name: str, verdicts: list[Field]) -> dict[str, object]:
    keys = [told.category(each).fides for each in verdicts]
    words = [
        f"{told.category(each).title} ({sure(each)} sure, {each.matched:,} of {each.scanned:,} cells): "
        + "; ".join(each.reasons)
        for each in verdicts
    ]
    # A key that fideslang would refuse, of a category of the owner's own, is told in words alone.
    return {
        "name": name,
        "description": ". ".join(words),
        "data_categories": list(dict.fromkeys(key for key in keys if _CATEGORY.fullmatch(key))),
    }


def _place(told: MapTold, store: str, dataset: str) -> tuple[str, str, str]:
    """Store, schema and collection of a dataset; files have no schema."""
    if told.keeping(store).kind in _DATABASES and "." in dataset:
        schema, _, table = dataset.partition(".")
        return store, schema, table
    return store, "", dataset


def _fits(told: MapTold, gap: Skipped, schema: str) -> bool:
    return not gap.dataset or _place(told, gap.store, gap.dataset)[1] == schema


def _where(gap: Skipped) -> str:
    return ".".join(filter(None, (gap.store, gap.dataset))) or "everything"


def _key(name: str) -> str:
    """A key that fideslang takes. Names that would be the same without their other signs get a digest."""
    plain = _NOT_IN_KEYS.sub("_", name)
    if plain == name.replace(".", "_", 1) and name.count(".") <= 1:
        return plain
    return f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
