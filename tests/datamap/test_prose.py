"""Is a language model asked only where it is wanted, and believed only as far as it goes?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.errors import CustodesError
from custodes.records import Dataset

CATEGORIES = load_categories()
CALLS = [f"the caller Ada Example asked about parcel number {n} again" for n in range(30)]
PARCELS = [f"the parcel was left at the door of house number {n} today" for n in range(70)]


class Ada:
    """Knows one name."""

    title = "a model that knows one name"

    def __init__(self) -> None:
        self.asked = 0

    def naming(self, texts: Sequence[str]) -> int:
        self.asked += len(texts)
        return sum("Ada Example" in text for text in texts)


def scanned(finder: Ada | None, **columns: list[str]) -> dict[str, tuple[str, str]]:
    tally = Classifier(CATEGORIES, names=finder).tally(Dataset("shop", "main.notes", ()))
    tally.add(pa.record_batch(columns))
    return {field.field: (field.category, " ".join(field.reasons)) for field in tally.verdicts()}


def test_names_in_free_text_are_told_with_who_says_so() -> None:
    """The reason names the model and the share of the texts it was asked about."""
    category, reasons = scanned(Ada(), note=CALLS + PARCELS)["note"]
    assert category == "person_name"
    assert "a model that knows one name sees names of people in 30 % of 100 sampled texts" in reasons


def test_without_a_model_nothing_is_asked_and_nothing_claimed() -> None:
    """The default run needs none."""
    assert "note" not in scanned(None, note=CALLS + PARCELS)


def test_short_values_are_not_shown_to_the_model() -> None:
    """Labels are for lists and shapes; a model would guess."""
    finder = Ada()
    scanned(finder, label=["Ada Example", "late", "Ada Example"] * 20)
    assert finder.asked == 0


def test_one_text_alone_proves_nothing() -> None:
    """Two texts or more must name somebody."""
    assert "note" not in scanned(Ada(), note=CALLS[:1] + PARCELS)


def test_a_spacy_model_is_asked(tmp_path: Path) -> None:
    """A pipeline from a folder finds names, and one without that part is refused with the next step."""
    spacy = pytest.importorskip("spacy", reason='pip install "custodes[ner]"')
    from custodes.datamap.spacy_names import SpacyNames

    pipeline = spacy.blank("en")
    pipeline.to_disk(tmp_path / "empty")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Ada Example"}])
    pipeline.to_disk(tmp_path / "names")
    assert SpacyNames(str(tmp_path / "names")).naming(CALLS + PARCELS) == len(CALLS)
    with pytest.raises(CustodesError, match="finds no names"):
        SpacyNames(str(tmp_path / "empty"))


def test_a_model_that_is_not_there_is_refused_with_the_next_step() -> None:
    """Whether spaCy or the model is missing, the owner is told what to install."""
    from custodes.datamap.spacy_names import SpacyNames

    with pytest.raises(CustodesError) as refused:
        SpacyNames("no_such_model_anywhere")
    assert "install" in refused.value.hint
