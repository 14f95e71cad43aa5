"""Keys of documents that are somebody's data: found, counted, and never told as the name of a field."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from custodes.datamap.documents import json_leaves
from custodes.datamap.keys import names_of_people
from custodes.datamap.paths import SURPLUS, Paths
from custodes.records import Dataset, Field
from custodes.stores.files import open_files
from tests.datamap.tables import classifier

ROWS = 120
GIVEN = ["Emma", "Noah", "Maria", "Omar", "Laura", "Peter", "Anna", "David", "Julia", "Thomas"]
FAMILY = [
    "Smith",
    "Khan",
    "Rossi",
    "Garcia",
    "Miller",
    "Brown",
    "Jones",
    "Wilson",
    "Taylor",
    "Nguyen",
    "Silva",
    "Weber",
]
PEOPLE = [f"{given} {family}" for family in FAMILY for given in GIVEN]
MAIL = [f"{name.lower().replace(' ', '.')}@mail.example" for name in PEOPLE]
IBANS = [
    f"DE{98 - int(f'50010517{row:010d}131400') % 97:02d}50010517{row:010d}"
    for row in range(5_407_324_931, 5_407_325_051)
]
TOKENS = [f"ghp_{'aZ09bY18cX27dW36eV45fU54gT63'}{row:08d}" for row in range(ROWS)]
SSNS = [f"536{10 + row % 80:02d}{4000 + row:04d}" for row in range(ROWS)]


def told(batches: Iterable[Sequence[str]]) -> tuple[list[Field], list[str]]:
    """The verdicts, and every path that was counted."""
    tally = classifier().tally(Dataset("crm", "t", ()))
    for cells in batches:
        tally.add(pa.RecordBatch.from_pydict({"p": pa.array(list(cells), pa.string())}))
    columns = [column.tally.path for column in tally.judged()]
    return list(tally.verdicts()), columns


def silent(keys: Iterable[str], fields: Sequence[Field], columns: Sequence[str]) -> bool:
    """Whether no key stands in any path or reason."""
    said = " ".join([*columns, *(word for field in fields for word in (field.field, *field.reasons))])
    return not any(key in said for key in keys)


@pytest.mark.parametrize(
    ("keys", "category"),
    [(PEOPLE, "person_name"), (MAIL, "email"), (IBANS, "iban"), (TOKENS, "github_token"), (SSNS, None)],
)
@pytest.mark.parametrize("form", ["one each", "all in one", "a few each"])
def test_an_object_keyed_by_data_is_found_by_its_keys(keys: list[str], category: str | None, form: str) -> None:
    """The keys are values of a field of their own, and stand in no path and no reason."""
    if form == "one each":
        documents = [{"kind": "visit", "by": {key: {"n": row}}} for row, key in enumerate(keys)]
    elif form == "all in one":
        documents = [{"kind": "visit", "by": dict.fromkeys(keys, True)}]
    else:
        documents = [{"kind": "visit", "by": dict.fromkeys(keys[row : row + 3], "x")} for row in range(0, 30, 3)]
    fields, columns = told([[json.dumps(document) for document in documents]])
    assert silent(keys, fields, columns)
    if category is not None:
        count = 30 if form == "a few each" else ROWS
        assert ("p.by.{key}", category, count) in {(field.field, field.category, field.matched) for field in fields}


def test_keys_that_turn_out_to_be_data_later_are_not_told() -> None:
    """Paths of earlier batches move under the one of the keys, with all that was counted under them."""
    users = [f"user-{'abcdefghijklmnopqrstuvwxyz'[row % 26]}{'abcdefghij'[row // 26]}" for row in range(ROWS)]
    documents = [json.dumps({"by": {user: {"mail": mail}}}) for user, mail in zip(users, MAIL, strict=True)]
    fields, columns = told(documents[start : start + 5] for start in range(0, ROWS, 5))
    assert sorted(columns) == ["p.by.*.mail", "p.by.{key}"]
    assert [(field.field, field.category, field.matched) for field in fields] == [("p.by.*.mail", "email", ROWS)]


def test_every_key_is_counted_once_for_each_document() -> None:
    """However many values stand below it, and whenever it was found to be data."""
    tally = classifier().tally(Dataset("crm", "t", ()))
    for start in range(0, ROWS, 30):
        cells = [json.dumps({name: {"a": "x", "b": "y", "c": ["z", "z"]}}) for name in MAIL[start : start + 30]]
        tally.add(pa.RecordBatch.from_pydict({"p": pa.array(cells)}))
    assert {column.tally.path: column.filled for column in tally.judged()} == {
        "p.*.a": ROWS,
        "p.*.b": ROWS,
        "p.*.c[]": 2 * ROWS,
        "p.{key}": ROWS,
    }


def test_names_of_fields_stay_names() -> None:
    """Wide records, rare fields, numbered fields and words that are names of people as well are no data."""
    wide = {f"field_{'abcdefghijklmnopqrstuvwxyz'[row % 26]}{row // 26}": "x" for row in range(200)}
    words = dict.fromkeys(["Max Price", "April", "min", "mean", "address2", "2024-01-01", "CUSTOMER"], "1")
    _, columns = told([[json.dumps({**wide, **words, "at": {"home": "x", "work": "y", "mobile": "z"}})] * 40])
    assert {f"p.{key}" for key in [*wide, *words]} <= set(columns)
    assert not any("*" in path for path in columns)
    assert not names_of_people(["min", "max", "mean"])
    assert names_of_people(["anna", "bob_smith", "carl"])


def hostile(start: int) -> list[str]:
    """Documents with keys that come once, at every depth, and with ever new forms."""
    return [
        json.dumps(
            {
                f"k{row}": {f"inner{row}x{place}": {"v": [row]} for place in range(20)},
                "stable": {f"m{place % 7}": {f"n{row}": {f"o{row}{place}": "x"}} for place in range(20)},
                "long" * 20_000 + str(row): "x",
            }
        )
        for row in range(start, start + 50)
    ]


def test_memory_is_bounded_whatever_documents_hold() -> None:
    """Thousands of distinct keys, parents and forms later, no more is kept than at the beginning."""
    paths = Paths(classifier().personal.keyed())
    sizes = []
    tracemalloc.start()
    for batch in range(24):
        documents = [leaves[0] for cell in hostile(50 * batch) if (leaves := json_leaves(cell)) is not None]
        paths.learn(documents)
        paths.columns(list(enumerate(documents)), len(documents))
        del documents
        sizes.append((len(paths), tracemalloc.get_traced_memory()[0]))
    tracemalloc.stop()
    assert max(count for count, _ in sizes) < 8_000
    assert sizes[-1][1] < sizes[3][1] + 2_000_000


def test_what_is_past_the_bound_is_judged_together() -> None:
    """A record of more fields than are told apart keeps every value and key, and the field says what it is."""
    signs = "abcdefghij"
    record = {f"f{signs[row % 10]}{signs[row // 10 % 10]}{signs[row // 100]}": "x" for row in range(600)}
    fields, columns = told([[json.dumps({**record, "zz": {"mail": mail}}) for mail in MAIL]])
    assert len(columns) <= 303
    (found,) = [field for field in fields if field.field == f"p{SURPLUS}"]
    assert (found.category, found.matched) == ("email", ROWS)
    assert any("too many" in reason for reason in found.reasons)


def test_a_key_with_a_point_is_not_a_key_in_a_key() -> None:
    """`a.b` and b in a stay apart, and so does every other key that holds a mark of paths."""
    cells = [json.dumps({"a.b": mail, "a": {"b": "x"}, "c[]": "y", "c": ["z"], "*": "w", "": "v"}) for mail in MAIL]
    fields, columns = told([cells])
    assert [(field.field, field.category, field.matched) for field in fields] == [('p."a.b"', "email", ROWS)]
    assert set(columns) == {'p."a.b"', "p.a.b", 'p."c[]"', "p.c[]", 'p."*"', 'p.""'}


def test_a_column_with_a_point_is_not_a_key_in_a_column() -> None:
    """A column `a.b` beside a column `a` of documents with a key b."""
    tally = classifier().tally(Dataset("crm", "t", ()))
    tally.add(pa.RecordBatch.from_pydict({"a.b": pa.array(MAIL), "a": pa.array([json.dumps({"b": "x"})] * ROWS)}))
    assert {column.tally.path: column.filled for column in tally.judged()} == {"a.b": ROWS, '"a".b': ROWS}


def test_columns_named_after_people_are_not_told() -> None:
    """What a store calls a column may be somebody's as well."""
    tally = classifier().tally(Dataset("crm", "t", ()))
    names = [*PEOPLE[:5], *IBANS[:2], "by.anna.age", "by.bob.age", "by.carl.age"]
    tally.add(pa.RecordBatch.from_pydict({name: pa.array(["x", "y"]) for name in names}))
    assert {column.tally.path: column.filled for column in tally.judged()} == {
        "*": 14,
        "{key}": 14,
        "by.*.age": 6,
        "by.{key}": 6,
    }


def test_keys_of_a_file_that_turn_out_to_be_data_later_are_not_told(tmp_path: Path) -> None:
    """What the first thousands of records have as names of fields moves under the path of keys."""
    signs = "abcdefghijklmnopqrstuvwxyz"
    users = [f"user-{signs[row % 26]}{signs[row // 26]}" for row in range(ROWS)]
    first = [{"n": 1, "by": {users[row % 20]: {"mail": MAIL[row % 20], "tags": ["x"]}}} for row in range(8_200)]
    later = [{"n": 1, "by": {user: {"mail": mail}}} for user, mail in zip(users, MAIL, strict=True)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, [*first, *later])))
    store = open_files("exports", tmp_path)
    (dataset,) = store.datasets()
    assert isinstance(dataset, Dataset)
    tally = classifier().tally(dataset)
    for batch in store.read(dataset, max_rows=0):
        tally.add(batch)
    assert {column.tally.path: column.filled for column in tally.judged()} == {
        "n": 8_200 + ROWS,
        "by.{key}": 8_200 + ROWS,
        "by.*.mail": 8_200 + ROWS,
        "by.*.tags": 8_200,
    }


def test_names_of_people_found_among_columns_later_are_not_told() -> None:
    """Two names are chance, three that stand side by side are people."""
    tally = classifier().tally(Dataset("crm", "t", ()))
    for names in (["by.anna.age", "by.bob.age"], ["by.anna.age", "by.bob.age", "by.carl.age"]):
        tally.add(pa.RecordBatch.from_pydict({name: pa.array(["x", "y"]) for name in names}))
    paths = {column.tally.path: column.filled for column in tally.judged()}
    assert paths == {"by.*.age": 10, "by.{key}": 10}
