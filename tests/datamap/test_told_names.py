"""Are names of columns that may be suggested to people free of those parts that are somebody's data?"""

from __future__ import annotations

from custodes.datamap.named import told_names
from custodes.records import Column, Dataset
from tests.datamap.tables import classifier


def test_names_of_people_in_columns_are_told_as_a_star() -> None:
    """Of keys that are names of people, none is told; of others, each as it stands."""
    names = ["id", *(f"by.{one}" for one in ("ann", "bert", "carla", "dora", "emil", "fritz", "gustav", "hanna"))]
    dataset = Dataset("files", "a.jsonl", tuple(Column(name, "string") for name in names))
    assert told_names(dataset, classifier().personal) == ("id", *["by.*"] * 8)
