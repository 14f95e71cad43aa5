"""Categories are files: they are checked whole, and their own examples hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from custodes.datamap.category import load_categories, read_category
from custodes.datamap.classify import Classifier
from custodes.datamap.examples import check_examples
from custodes.datamap.growth import MOST, states
from custodes.datamap.text import classify_text
from custodes.errors import BadInput

GOOD = """\
id: badge
title: Badge number
fides: user.unique_id
sensitivity: 2
patterns:
  - {anchor: literal, literals: [BDG-], regex: '\\bBDG-\\d{6}\\b'}
column:
  headers: {en: [badge]}
match: ["BDG-123456"]
no_match: ["BDG-12"]
"""


def write(folder: Path, text: str, name: str = "badge") -> Path:
    file = folder / f"{name}.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_shipped_category_finds_its_own_examples() -> None:
    """What a category says must match does, and what it says must not match does not."""
    assert check_examples(load_categories()) == []


def test_an_example_that_does_not_hold_is_told(tmp_path: Path) -> None:
    """The problem names the file and the example."""
    write(tmp_path, GOOD.replace('["BDG-12"]', '["BDG-654321"]'))
    problems = check_examples(load_categories(tmp_path))
    assert len(problems) == 1
    assert "badge.yml: no_match[0]" in problems[0]


@pytest.mark.parametrize(("words", "hint"), [("", "needs text.boost"), ("text: {boost: [badge]}\n", "needs a word of")])
def test_a_weak_pattern_that_nothing_speaks_for_says_what_it_needs(tmp_path: Path, words: str, hint: str) -> None:
    """The author learns that a word beside the value is missing, and which page tells more."""
    write(tmp_path, GOOD.replace("{6}\\b'}", "{6}\\b', weak: true}") + words)
    (problem,) = check_examples(load_categories(tmp_path))
    assert "match[0] is not recognised: a weak pattern " + hint in problem
    assert "docs/how-to/add-a-category.md" in problem


def test_the_users_own_category_is_found_like_ours(tmp_path: Path) -> None:
    """A file in the user's folder is enough."""
    write(tmp_path, GOOD)
    classifier = Classifier(load_categories(tmp_path))
    assert [hit.category for hit in classify_text(["lost BDG-123456 again"], classifier)] == ["badge"]


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("sensitivity: 2", "sensitivity: 9", "sensitivity", "1 to 5"),
        ("title: Badge number\n", "", "title", "required"),
        ("title:", "titel: x\ntitle:", "titel", "did you mean"),
        ("headers:", "header:", "column.header", "no such key"),
        ("'\\bBDG", "'(BDG", "patterns[0].regex", "bad regular expression"),
        ("anchor: literal", "anchor: literally", "patterns[0].anchor", "not known"),
        ("patterns:", "validator: astrology\npatterns:", "validator", "not known"),
        ('match: ["BDG-123456"]\n', "", "match", "examples are missing"),
        ('no_match: ["BDG-12"]\n', "no_match: [12]\n", "no_match", "list of texts"),
        ("id: badge", "id: bagde", "id", "not the file's name"),
        ("fides:", "flags: [secret]\nfides:", "flags", "not known"),
        ("column:", "column:\n  shape: round", "column.shape", "not known"),
        ("column:", "column:\n  valid_share: 7", "column.valid_share", "share"),
    ],
)
def test_a_file_that_is_not_sound_is_refused_with_file_key_and_reason(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    """Nothing is guessed: the message says where to look and what to write."""
    file = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(BadInput) as refused:
        read_category(file)
    assert refused.value.where == f"{file}: {key}"
    assert reason in f"{refused.value.what} {refused.value.hint}"


@pytest.mark.parametrize(
    ("old", "new", "key", "missing"),
    [
        ("title:", "titel:", "titel", "title"),
        ("fides:", "fidez:", "fidez", "fides"),
        ("sensitivity:", "sensitivty:", "sensitivty", "sensitivity"),
        ("regex:", "regexp:", "patterns[0].regexp", "regex"),
    ],
)
def test_a_misspelt_key_is_named_where_it_is_needed(tmp_path: Path, old: str, new: str, key: str, missing: str) -> None:
    """What is there says more than what is not."""
    with pytest.raises(BadInput) as refused:
        read_category(write(tmp_path, GOOD.replace(old, new, 1)))
    assert refused.value.where.endswith(f"badge.yml: {key}")
    assert (refused.value.what, refused.value.hint) == ("no such key", f'did you mean "{missing}"?')


@pytest.mark.parametrize(
    ("regex", "where"),
    [('"BDG-\\d{6}"', "line 6"), ('"\\bBDG-[0-9]{6}"', "patterns[0].regex"), ('"\\t[0-9]"', "regex")],
)
def test_backslashes_in_double_quotes_are_explained(tmp_path: Path, regex: str, where: str) -> None:
    """YAML refuses some of them and changes others silently: either way single quotes are the remedy."""
    file = write(tmp_path, GOOD.replace("'\\bBDG-\\d{6}\\b'", regex))
    with pytest.raises(BadInput, match=r"no YAML|control character") as refused:
        read_category(file)
    assert "single quotes" in refused.value.hint
    assert where in refused.value.where


@pytest.mark.parametrize(
    "regex",
    [
        "[ab]*a[ab]{300}",
        "(?:a|b)*a(?:a|b){20}",
        "[a-z]*key[a-z]{40}",
        ".*x.{100}",
        "(?i)\\w+K\\w{30}",
        "[a-z]{1,200}[a-z0-9]{1,200}",
    ],
)
def test_a_pattern_that_texts_could_make_crawl_is_refused(tmp_path: Path, regex: str) -> None:
    """The refusal names the category and says how to mend it, before anything is scanned."""
    file = write(
        tmp_path,
        GOOD.replace("{anchor: literal, literals: [BDG-], ", "{anchor: word, ").replace("\\bBDG-\\d{6}\\b", regex),
    )
    with pytest.raises(BadInput, match="badge") as refused:
        read_category(file)
    assert refused.value.where == f"{file}: patterns[0].regex"
    assert "literal" in refused.value.hint


@pytest.mark.parametrize(
    "regex",
    [
        "\\w+\\d{40}",
        "[a-z]+-[a-z]{40}",
        "key[a-z]{40,80}",
        "(?i-u:mbr)[- ]?\\d{1,40}(?:/\\d{1,40})?",
        "[^\\]a-f]{3,9}[\\xc3-\\xdf]+",
        "[[:alpha:]]{9}é",
    ],
)
def test_long_patterns_that_never_branch_are_taken(tmp_path: Path, regex: str) -> None:
    """Counting far is no fault, nor is repeating without an end."""
    read_category(
        write(
            tmp_path,
            GOOD.replace("{anchor: literal, literals: [BDG-], ", "{anchor: word, ").replace("\\bBDG-\\d{6}\\b", regex),
        )
    )


def test_no_shipped_pattern_comes_near_the_bound() -> None:
    """All of ours are read by the counter, and have a quarter of the states that are refused at the most."""
    for rules in load_categories():
        for pattern in rules.patterns:
            counted = states(pattern.regex)
            assert counted is not None, f"{rules.id}: {pattern.regex}"
            assert counted <= MOST / 4, rules.id


@pytest.mark.parametrize(("regex", "count"), [("abc", 3), ("a|b", 1), ("a{3}", 3), ("[ab]*a[ab]{3}", 2**3)])
def test_states_are_counted_exactly_where_they_are_few(regex: str, count: int) -> None:
    """Against counts made by hand; the place behind the last byte is none."""
    assert states(regex) == count


@pytest.mark.parametrize("text", ["- a list", "id: [", "", "\x00"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    """A broken YAML file is bad input, never a stack trace."""
    with pytest.raises(BadInput):
        read_category(write(tmp_path, text))


def test_an_id_is_given_once(tmp_path: Path) -> None:
    """A user's file cannot silently replace a shipped category."""
    write(tmp_path, GOOD.replace("id: badge", "id: email"), "email")
    with pytest.raises(BadInput, match="exists already"):
        load_categories(tmp_path)


def test_a_neighbour_must_be_a_category(tmp_path: Path) -> None:
    """`beside` names categories that exist."""
    write(tmp_path, GOOD.replace("column:", "column:\n  beside: [postal_adress]"))
    with pytest.raises(BadInput, match="no category") as refused:
        load_categories(tmp_path)
    assert "postal_address" in refused.value.hint


def test_a_folder_without_categories_is_refused(tmp_path: Path) -> None:
    """A folder that is missing, is none, or holds only other files would look like one that finds nothing."""
    file = write(tmp_path, GOOD)
    for place, why in ((tmp_path / "gone", "does not exist"), (file, "is no folder")):
        with pytest.raises(BadInput, match=why) as refused:
            load_categories(place)
        assert refused.value.where == str(place)
    file.rename(tmp_path / "badge.yaml")
    with pytest.raises(BadInput, match="holds no category") as refused:
        load_categories(tmp_path)
    assert refused.value.hint == "rename badge.yaml to badge.yml"
    (tmp_path / "badge.yaml").unlink()
    with pytest.raises(BadInput, match="holds no category") as refused:
        load_categories(tmp_path)
    assert "add-a-category.md" in refused.value.hint
