"""Is the company the same for the same seed, readable as configured, and written only where nothing is lost?"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.company import CAMPAIGNS, PLAIN, Size, make
from custodes.config import load
from custodes.errors import BadInput
from tests.company.conftest import Company

LEAST = Size(staff=80, customers=500, sellers=40, orders=1_000, reviews=100, products=20, days=40)
END = datetime(2025, 3, 1, tzinfo=UTC)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_equal_seeds_give_equal_bytes(tmp_path: Path) -> None:
    """Two companies of one seed are byte for byte the same, also when the second replaces an older one."""
    make(tmp_path / "a", seed=3, end=END, size=LEAST)
    make(tmp_path / "b", seed=4, end=END, size=LEAST)
    other = _digests(tmp_path / "b")
    make(tmp_path / "b", seed=3, end=END, size=LEAST)
    first, second = _digests(tmp_path / "a"), _digests(tmp_path / "b")
    assert first == second
    assert {name for name in first if first[name] == other[name]} == {"custodes.toml"}


def test_more_campaigns_leave_ordinary_life_as_it_was(tmp_path: Path) -> None:
    """Stores and files do not change when a campaign is added, and its lines are all that the logs gain."""
    few = make(tmp_path / "few", seed=3, end=END, size=LEAST, campaigns=())
    many = make(tmp_path / "many", seed=3, end=END, size=LEAST, campaigns=tuple(CAMPAIGNS))
    first, second = _digests(tmp_path / "few"), _digests(tmp_path / "many")
    changed = {name for name in first if first[name] != second[name]}
    assert {Path(name).parts[0] for name in changed} == {"logs", "truth.json"}
    assert sum(many.events.values()) - sum(few.events.values()) == sum(one.touches for one in many.campaigns)


@pytest.mark.parametrize("seed", range(5))
def test_every_seed_finds_people_for_every_campaign(tmp_path: Path, seed: int) -> None:
    """Even the smallest company has distinct actors for all campaigns, and none of them comes out empty."""
    truth = make(tmp_path, seed=seed, end=END, size=LEAST, campaigns=tuple(CAMPAIGNS))
    actors = [actor for one in truth.campaigns for actor in one.actors]
    assert len(actors) == len(set(actors))
    assert all(one.touches >= 5 for one in truth.campaigns)


def test_a_company_too_small_is_refused() -> None:
    """A size at which no campaign could be cast is a ValueError that names the smallest one."""
    with pytest.raises(ValueError, match="at least 80 staff"):
        Size(staff=5)


def test_the_end_needs_a_zone(tmp_path: Path) -> None:
    """A moment without zone is not guessed."""
    with pytest.raises(ValueError, match="zone"):
        make(tmp_path, end=datetime(2025, 3, 1))  # noqa: DTZ001 - the missing zone is the point


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    """Making a company never writes over somebody's folder."""
    (tmp_path / "custodes.toml").write_text("mine")
    with pytest.raises(BadInput, match="not empty"):
        make(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["custodes.toml"]


def test_the_configuration_loads_and_names_what_is_there(company: Company) -> None:
    """custodes.toml is understood, every path in it exists, and every kind of context is given."""
    config = load(company.folder / "custodes.toml")
    assert all(store.path is not None and store.path.exists() for store in config.stores)
    assert [store.name for store in config.stores if store.vault] == ["vault"]
    assert all(list(config.root.glob(str(Path(log.path).relative_to(config.root)))) for log in config.logs)
    assert {context.kind for context in config.context} == {"people", "cases", "keys", "parties", "subjects"}
    assert all(context.path is None or context.path.exists() for context in config.context)


def test_the_answer_sheet_is_written_without_personal_values(company: Company) -> None:
    """truth.json says what make returned and holds none of the raw values."""
    text = (company.folder / "truth.json").read_text()
    document = json.loads(text)
    assert [one["campaign"] for one in document["campaigns"]] == [one.campaign for one in company.truth.campaigns]
    assert set(PLAIN) < set(CAMPAIGNS)
    assert not [value for value in company.truth.planted_values() if value in text]
