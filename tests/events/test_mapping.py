"""Does a record become the event the owner's rules say, or a reason without a value?"""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.events.mapping import Origin, compile_rules
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Rule
from tests.events.builders import NOW, RULES, TOKENS, a_record

ORIGIN = Origin("app", NOW, "0123")


def events(record: dict[str, object], timezone: str | None = None, **rules: Rule) -> list[AccessEvent]:
    return compile_rules(RULES | rules, tokeniser=TOKENS, timezone=timezone)(record, ORIGIN)


def event(record: dict[str, object], timezone: str | None = None, **rules: Rule) -> AccessEvent:
    (one,) = events(record, timezone, **rules)
    return one


def reason(record: dict[str, object], timezone: str | None = None, **rules: Rule) -> str:
    with pytest.raises(Unfit) as refusal:
        events(record, timezone, **rules)
    return refusal.value.reason


def test_a_record_becomes_an_event() -> None:
    """Paths, templates, constants and translations fill the columns; the rest has its default."""
    found = event(a_record())
    assert (found.event_id, found.actor, found.action, found.dataset) == (
        "r1",
        "staff:e1",
        "read",
        "shop.main.customers",
    )
    assert (found.subject, found.fields, found.time) == (
        "customer:c1",
        ("email",),
        datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    )
    assert (found.outcome, found.records, found.case, found.recorded, found.source) == ("success", 1, None, NOW, "app")


def test_paths_reach_into_lists_and_flat_keys() -> None:
    """A number indexes a list, and a key that has dots in it is found as it is written."""
    record = a_record(items=[{"sku": "s1"}], **{"ticket.id": "t9"})
    found = event(record, object=Rule(path="items.0.sku"), case=Rule(path="ticket.id"))
    assert (found.object, found.case) == ("s1", "t9")
    assert event(record, object=Rule(path="items.7.sku", default="none")).object == "none"


def test_a_list_of_subjects_is_one_event_of_many_rows() -> None:
    """Each customer is a row, once, and the rows share the event's id."""
    found = events(a_record(customer=["c1", "c2", "c1"]))
    assert [row.subject for row in found] == ["customer:c1", "customer:c2"]
    assert {row.event_id for row in found} == {"r1"}
    assert [row.subject for row in events(a_record(customer=[]))] == [None]


def test_fields_come_as_a_list_as_text_or_as_json_text() -> None:
    """The same names, however the log writes them."""
    for fields in (["email", "phone"], "email, phone", '["email", "phone"]'):
        assert event(a_record(fields=fields)).fields == ("email", "phone")


def test_without_an_id_the_record_itself_is_one() -> None:
    """The digest of the raw record identifies it."""
    assert event(a_record(id=None)).event_id == "0123"


def test_a_token_rule_hides_a_value_that_has_no_pattern() -> None:
    """A name is replaced whole; what stands around it in a template stays."""
    found = event(a_record(who="Ada Example"), behalf=Rule(template="customer:{who}", token=True))
    assert found.behalf == f"customer:{TOKENS.token('ada example')}"
    assert event(a_record(who="Ada Example"), behalf=Rule(path="who", token=True)).behalf == TOKENS.token("Ada Example")


@pytest.mark.parametrize(
    ("written", "timezone", "hour"),
    [
        ("2026-03-01T09:30:00Z", None, 9),
        ("2026-03-01t09:30:00z", None, 9),
        ("2026-03-01 11:30:00+02", None, 9),
        ("2026-03-01 09:30:00.250 UTC", None, 9),
        ("2026-03-01T11:30:00", "Europe/Tallinn", 9),
        ("2026-03-01 11:30:00 EET", "Europe/Tallinn", 9),
        (1772357400, None, 9),
        (1772357400.25, None, 9),
        ("1772357400", None, 9),
        (1772357400250, None, 9),
        ("1772357400250000", None, 9),
    ],
)
def test_times_are_placed(written: object, timezone: str | None, hour: int) -> None:
    """RFC 3339, ISO 8601 with the log's zone, and counts since 1970 name the same moment."""
    found = event(a_record(at=written), timezone).time
    assert (found.hour, found.minute, found.second, found.tzinfo) == (hour, 30, 0, UTC)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"at": None}, "the record has no time"),
        ({"user": None}, "the record has no actor"),
        ({"user": {"id": " "}}, "the record has no actor"),
        ({"verb": None}, "the record has no action"),
        ({"at": "2026-03-01T09:30:00"}, "time has no zone"),
        ({"at": "2026-03-01 09:30:00 CEST"}, "time has no zone"),
        ({"at": "yesterday"}, "time is not understood"),
        ({"at": True}, "time is not understood"),
        ({"at": float("nan")}, "time is not understood"),
        ({"at": "0001-01-01T00:00:00+10:00"}, "time is outside the years 1 to 9999"),
        ({"verb": "peek"}, "action is no known word: translate it under map.action.values"),
        ({"user": {"id": {"name": "x"}}}, "actor (from user.id): expected a text or a number, found an object"),
        ({"user": {"id": "\ud800"}}, "actor (from user.id): half of a surrogate pair is no character"),
    ],
)
def test_what_is_missing_is_named_without_its_value(changes: dict[str, object], told: str) -> None:
    """The reason names column or path."""
    assert reason(a_record(**changes)) == told


def test_an_abbreviation_of_another_zone_is_not_guessed() -> None:
    """CEST is no time of Tallinn."""
    told = reason(a_record(at="2026-03-01 09:30:00 CEST"), "Europe/Tallinn")
    assert told == "time names a zone by an abbreviation that is not the log's timezone"


@pytest.mark.parametrize(("written", "count"), [(0, 1), (7, 7), ("12", 12), (3.0, 3)])
def test_records_are_counted(written: object, count: int) -> None:
    """An operation that found nothing still is one."""
    assert event(a_record(n=written), records=Rule(path="n")).records == count


@pytest.mark.parametrize("written", [-1, "many", 1.5, 1 << 64])
def test_a_count_that_is_none_is_refused(written: object) -> None:
    """Neither negative nor broken nor beyond 64 bits."""
    assert reason(a_record(n=written), records=Rule(path="n")) == "records is no whole number"


def test_a_store_is_put_before_the_dataset_once() -> None:
    """`main.customers` of the store `shop` is `shop.main.customers`, and so is what has the store already."""
    for written in ("main.customers", "shop.main.customers"):
        mapped = compile_rules(RULES | {"dataset": Rule(const=written)}, tokeniser=TOKENS, store="shop")
        assert mapped(a_record(), ORIGIN)[0].dataset == "shop.main.customers"


_ALPHABET = 'aé1 .,["\ud800'
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(_ALPHABET, max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(_ALPHABET, max_size=3), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["id", "at", "user", "verb", "customer", "fields"]), _ANYTHING))
def test_any_record_is_an_event_or_a_reason(record: dict[str, object]) -> None:
    """Whatever JSON may hold, the mapping gives events or raises Unfit."""
    with contextlib.suppress(Unfit):
        assert events(record, "UTC", action=Rule(path="verb", default="read"))
