"""Do other tools take what leaves? Held against their own models: fideslang's, and OpenLineage's generated classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from custodes.datamap.category import load_categories
from custodes.datamap.export import fides, openlineage, plain
from custodes.datamap.export.told import MapTold
from custodes.records import Skipped
from tests.datamap.export.maps import a_flow, a_map, a_table

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "schemas" / "datamap-export.json"


def loaded(told: MapTold) -> Any:
    """The manifest as Fides loads it."""
    parse = pytest.importorskip("fideslang.parse")
    return parse.load_manifests_into_taxonomy(yaml.safe_load(fides.manifest(told)))


def test_fides_loads_the_manifest() -> None:
    """Datasets are schemas and stores, collections are tables and files; a key Fides would refuse is not told."""
    found = loaded(a_map())
    assert [one.fides_key for one in found.dataset] == ["crm", "lake", "shop_main"]
    shop = found.dataset[2]
    assert [one.name for one in shop.collections] == ["cards", "customers", "leads"]
    fields = {one.name: one.data_categories for each in shop.collections for one in each.fields}
    assert fields["number"] == ["user.financial.credit_card"]
    assert fields["illness"] == ["user.health_and_medical"]
    assert fields["badge"] == []
    assert shop.data_subjects == ["customer"]
    assert found.organization[0].controller.email == "privacy@market.example"


def test_fides_gets_what_is_not_known() -> None:
    """Gaps, rulings and what is not stated stand in `meta` and, for people, in comments at the head."""
    found = loaded(a_map())
    meta = {one.name: one.meta for one in found.dataset}
    assert meta["shop.main"]["not_covered"] == ["shop.main.refunds: the role lacks SELECT"]
    assert meta["crm"]["not_covered"] == ["crm: cannot be reached"]
    assert meta["lake"]["owner"] == "not stated"
    assert meta["shop.main"]["nothing_recognised_in"] == ["main.stock"]
    assert meta["shop.main"]["ruled_not_personal"] == ["main.tests.mail: email, made up"]
    assert meta["shop.main"]["processing"]["main.leads"] == "not stated"
    head = fides.manifest(a_map()).decode().split("organization:")[0]
    assert "# - crm: cannot be reached" in head


def test_fides_gets_no_dataset_that_is_no_store() -> None:
    """A gap of a flow, of a log or of a name that nobody configured is told at the head, and is no place of data."""
    gaps = tuple(Skipped("scan", name, "", "no file of it holds SQL") for name in ("flows.nightly", "logs.pg", "shpo"))
    told = a_map(gaps=(*a_map().gaps, *gaps))
    assert [one.fides_key for one in loaded(told).dataset] == ["crm", "lake", "shop_main"]
    head = fides.manifest(told).decode().split("organization:")[0]
    assert "# - flows.nightly: no file of it holds SQL" in head


def test_hostile_names_stay_names_in_yaml() -> None:
    """A name with line ends and YAML's own signs neither ends a comment nor makes a key, and keys stay apart."""
    evil = "x\n- fides_key: owned\n# !!python/object: {a"
    told = a_map(
        examined=(
            a_table("lake", evil, (evil, "email")),
            a_table("la ke", "b", ("c", "email")),
            a_table("la_ke", "b", ("c", "email")),
        ),
        gaps=(Skipped("scan", "lake", evil, evil),),
        processing=(),
    )  # fmt: skip
    found = loaded(told)
    assert len({one.fides_key for one in found.dataset}) == 3
    lake = next(one for one in found.dataset if one.name == "lake")
    assert lake.collections[0].name == evil
    assert lake.collections[0].fields[0].name == evil


def test_every_category_has_a_key_that_fides_knows() -> None:
    """A key that is not in its taxonomy would be refused there; so would a subject's."""
    taxonomy = pytest.importorskip("fideslang.default_taxonomy").DEFAULT_TAXONOMY
    known = {one.fides_key for one in taxonomy.data_category}
    assert {one.category.fides for one in load_categories(None)} <= known
    assert {one.fides_key for one in taxonomy.data_subject} >= fides.SUBJECTS


def built(facets: dict[str, Any], name: str, of: Any, parts: dict[str, Any]) -> Any:
    """A facet through its class, which refuses what it has no place for."""
    body = {key: value for key, value in facets[name].items() if not key.startswith("_")}
    for key, part in parts.items():
        if key in body:
            body[key] = part(body[key])
    one = of(**body)
    assert one._get_schema() == facets[name]["_schemaURL"], name
    return one


def test_openlineage_classes_take_the_events() -> None:
    """Every facet is built by the class that OpenLineage generates from its schema, and has that schema's address."""
    pytest.importorskip("openlineage.client")
    from openlineage.client.generated import (
        base,
        column_lineage_dataset,
        documentation_dataset,
        ownership_dataset,
        schema_dataset,
        tags_dataset,
    )

    def inputs(told: list[dict[str, Any]]) -> list[Any]:
        return [
            column_lineage_dataset.InputField(
                **{key: value for key, value in one.items() if key != "transformations"},
                transformations=[column_lineage_dataset.Transformation(**each) for each in one["transformations"]],
            )
            for one in told
        ]

    def columns(told: dict[str, Any]) -> dict[str, Any]:
        return {key: column_lineage_dataset.Fields(inputFields=inputs(one["inputFields"])) for key, one in told.items()}

    def each(of: Any) -> Any:
        return lambda told: [of(**one) for one in told]

    made: dict[str, tuple[Any, dict[str, Any]]] = {
        "schema": (schema_dataset.SchemaDatasetFacet, {"fields": each(schema_dataset.SchemaDatasetFacetFields)}),
        "tags": (tags_dataset.TagsDatasetFacet, {"tags": each(tags_dataset.TagsDatasetFacetFields)}),
        "ownership": (ownership_dataset.OwnershipDatasetFacet, {"owners": each(ownership_dataset.Owner)}),
        "documentation": (documentation_dataset.DocumentationDatasetFacet, {}),
        "columnLineage": (column_lineage_dataset.ColumnLineageDatasetFacet, {"fields": columns, "dataset": inputs}),
    }
    seen = set()
    first, *others = [json.loads(line) for line in openlineage.lines(a_map()).decode().splitlines()]
    for event in others:
        facets = event["dataset"]["facets"]
        for name in facets:
            if not name.startswith("custodes_"):
                of, parts = made[name]
                built(facets, name, of, parts)
                seen.add(name)
        one = base.DatasetEvent(
            eventTime=event["eventTime"],
            producer=event["producer"],
            dataset=base.StaticDataset(event["dataset"]["namespace"], event["dataset"]["name"]),
        )
        assert one.schemaURL == event["schemaURL"]
    assert seen == set(made)
    assert base.JobEvent(eventTime=first["eventTime"], job=base.Job("a", "b")).schemaURL == first["schemaURL"]


def test_openlineage_tells_columns_gaps_and_owners() -> None:
    """Which column comes from where, with which step; what was not covered hangs on the scan's own event."""
    scan, *others = openlineage.events(a_map())
    facet = scan["job"]["facets"]["custodes_coverage"]
    assert [one["store"] for one in facet["uncovered"]] == ["shop", "crm"]
    assert {"of": "shop.main.leads", "what": "processing activity"} in facet["notStated"]
    by_name = {event["dataset"]["name"]: event["dataset"]["facets"] for event in others}
    copied = by_name["exports/cards.csv"]["columnLineage"]["fields"]["number"]["inputFields"][0]
    assert (copied["namespace"], copied["name"], copied["field"]) == ("sqlite://shop", "main.cards", "number")
    assert copied["transformations"][0]["subtype"] == "IDENTITY"
    assert by_name["main.mailing"]["columnLineage"]["dataset"][0]["name"] == "main.customers"
    assert by_name["main.mailing"]["documentation"]["description"] == "It was not read: a flow leads into it."
    assert "schema" not in by_name["main.stock"]
    assert by_name["main.leads"]["custodes_processing"]["activities"] == "not stated"


def test_the_document_has_the_published_shape() -> None:
    """A full map and an empty one; what is not stated is a text, never a blank."""
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    for told in (a_map(), a_map(examined=(), processing=(), stores=(), gaps=(), flows=(), copies=(), suppressed=())):
        document = json.loads(plain.document(told))
        wrong = [f"{one.json_path}: {one.message[:200]}" for one in Draft202012Validator(schema).iter_errors(document)]
        assert wrong == []
    document = json.loads(
        plain.document(a_map(flows=(a_flow(("shop", "main.cards", "number"), ("", "out.csv", "*")),)))
    )
    assert document["processing"][0]["recipients"] == []
    assert document["processing"][1]["recipients"] == "not stated"
    assert {"of": "lake.exports/cards.csv", "what": "processing activity, owner, security measures"} in document[
        "not_stated"
    ]
