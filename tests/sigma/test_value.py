"""Does each modifier of Sigma mean what it says?"""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.sigma.folder import load
from tests.sigma.asked import fitting, matches, only, read, reference_count, refusal, rule_text, values


def test_wildcards_cost_no_more_than_the_text_is_long() -> None:
    """Whoever writes a line of a log must not be able to keep a rule busy until its time is over."""
    begun = time.monotonic()
    assert values("f", "*a*a*a*a*b?", "A" * 5_000, "aaaab\n") == ["aaaab\n"]
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("key", "value", "texts", "expected"),
    [
        ("f", "Delete", ["delete", "DELETE", "deleted", "", None], ["delete", "DELETE"]),
        ("f", "ÄRGER", ["ärger", "arger"], ["ärger"]),
        ("f", "", ["", "x", None], [""]),
        ("f", "a*", ["a", "Ab", "ba"], ["a", "Ab"]),
        ("f", "*a", ["a", "BA", "ab"], ["a", "BA"]),
        ("f", "*a*", ["bab", "bb"], ["bab"]),
        ("f", "a?c", ["abc", "aBC", "ac", "abbc"], ["abc", "aBC"]),
        ("f", "a*c?e", ["abcde", "ace", "aXXce", "ac.e\n"], ["abcde"]),
        ("f", "*", ["", "x", None], ["", "x"]),
        ("f", r"a\*b", ["a*b", "axb"], ["a*b"]),
        ("f", r"a\?b", ["a?b", "axb"], ["a?b"]),
        ("f", r"C:\Windows\*", ["c:\\windows*", "c:\\windows\\x"], ["c:\\windows*"]),
        ("f", r"C:\Windows\\*", ["c:\\windows\\x", "c:\\windows"], ["c:\\windows\\x"]),
        ("f", "100%_x*", ["100%_xy", "100 axy"], ["100%_xy"]),
        ("f", "it's", ["it's", "its"], ["it's"]),
        ("f|contains", "b", ["abc", "B", "ac"], ["abc", "B"]),
        ("f|contains", "a*b", ["xaxbx", "ba"], ["xaxbx"]),
        ("f|startswith", "ab", ["ABc", "cab"], ["ABc"]),
        ("f|endswith", "bc", ["aBC", "bca"], ["aBC"]),
        ("f|contains|all", ["a", "c"], ["abc", "ab"], ["abc"]),
        ("f|cased", "Ab", ["Ab", "ab"], ["Ab"]),
        ("f|contains|cased", "Ab", ["xAbx", "xabx"], ["xAbx"]),
        ("f|startswith|cased", "A?c", ["Abcd", "abcd"], ["Abcd"]),
        ("f|re", "^a.c$", ["abc", "Abc", "xabc"], ["abc"]),
        ("f|re", "b+", ["abbc", "ac"], ["abbc"]),
        ("f|re|i", "^ab$", ["AB", "abc"], ["AB"]),
        ("f|re|m", "^b$", ["a\nb", "ab"], ["a\nb"]),
        ("f|re|s", "a.b", ["a\nb", "a\n\nb"], ["a\nb"]),
        ("f|re", "a.b", ["a\nb", "axb"], ["axb"]),
        ("f|re|i|m|s", "^A.b$", ["x\na\nB", "ab"], ["x\na\nB"]),
        ("f|re", "it's|\\d{2}", ["it's", "12", "1"], ["it's", "12"]),
        ("f|cidr", "10.0.0.0/8", ["10.1.2.3", "11.0.0.0", "10.0.0.256", "10.1.2", "x10.1.2.3"], ["10.1.2.3"]),
        ("f|cidr", "192.168.4.0/22", ["192.168.7.255", "192.168.8.0", "192.168.3.255"], ["192.168.7.255"]),
        ("f|cidr", "0.0.0.0/0", ["1.2.3.4", "aws.internal"], ["1.2.3.4"]),
        ("f|cidr", "2001:db8::/33", ["2001:DB8::1", "2001:db8:8000::1", "2001:db8:7fff:1:2:3:4:5"], None),
        ("f|cidr", "::1/128", ["::1", "0:0:0:0:0:0:0:1", "::2", "1", ""], ["::1", "0:0:0:0:0:0:0:1"]),
        ("f|cidr", "fe80::/10", ["fe80::1%eth0", "fec0::1", "12:30:00"], ["fe80::1%eth0"]),
        ("f", 5, [5, "5", "5.0", 5.0, " 5 ", "05", "5_", "6", "five", None], [5, "5", "5.0", 5.0, " 5 ", "05"]),
        ("f", 9007199254740994, [9007199254740994, "9007199254740995"], [9007199254740994]),
        ("f", 9007199254740993, ["9007199254740993", "9007199254740999"], ["9007199254740993"]),  # pySigma rounds it
        ("f|lt", 5, [4, "4.9", 5, "x", "nan", None], [4, "4.9"]),
        ("f|lte", 5, [5, "5.0", 6], [5, "5.0"]),
        ("f|gt", 5, ["10", 6, 5, "nan", "1_000", "x"], ["10", 6]),
        ("f|gte", 5.5, ["5.5", 6, 5, "-7"], ["5.5", 6]),
        ("f", True, [True, "true", "True", "1", False, "yes"], [True, "true", "True", "1"]),
        ("f", False, [False, "0", True, None], [False, "0"]),
        ("f", None, [None, "", "x"], [None]),
        ("f|exists", True, ["", "x", None], ["", "x"]),
        ("f|exists", False, ["", None], [None]),
        ("f|neq", "a", ["a", "A", "b", None], ["b", None]),
        ("f|contains|neq", ["a", "b"], ["xa", "xb", "x"], ["x"]),
        ("f|windash|contains", " -x", ["a -x", "a /x", "a \u2013x", "a\u2014x", "a \u2015x", "a x"], None),
        ("f|minute", 30, ["2026-03-01T09:30:59Z", "2026-03-01T09:31:00Z"], ["2026-03-01T09:30:59Z"]),
        ("f|hour", 22, ["2026-03-01T22:00:00Z", "2026-03-02T00:30:00+02:00", "x"], None),
        ("f|day", 1, ["2026-03-01", "2026-03-02"], ["2026-03-01"]),
        ("f|week", 1, ["2026-01-01", "2025-12-29", "2026-01-05"], ["2026-01-01", "2025-12-29"]),
        ("f|month", 3, ["2026-03-01 00:00:00", "2026-04-01"], ["2026-03-01 00:00:00"]),
        ("f|year", 2023, [1700000000, "1700000000000", "2023-05-05", 17], [1700000000, "1700000000000", "2023-05-05"]),
    ],
)
def test_a_value_matches_what_its_modifiers_say(
    key: str, value: Any, texts: list[Any], expected: list[Any] | None
) -> None:
    """Of these values those match that Sigma's specification names, whatever their case."""
    special = {
        "f|cidr": ["2001:DB8::1", "2001:db8:7fff:1:2:3:4:5"],
        "f|windash|contains": texts[:3] + texts[4:5],
        "f|hour": texts[:2],
    }
    assert values(key, value, *texts) == (special[key] if expected is None else expected)


def test_encoded_values_match_what_holds_them() -> None:
    """base64 as a whole, base64offset at each of three places a text can begin, wide and utf16 two bytes a letter."""
    secret = "get-data"
    assert values("f|base64", secret, base64.b64encode(secret.encode()).decode(), secret) == ["Z2V0LWRhdGE="]
    shifted = [base64.b64encode(b"x" * pad + secret.encode() + b"y" * pad).decode() for pad in range(3)]
    assert values("f|base64offset|contains", secret, *shifted, "Z2V") == shifted
    wide = base64.b64encode(secret.encode("utf-16le")).decode()
    assert values("f|wide|base64", secret, wide) == [wide]
    marked = base64.b64encode(b"\xff\xfe" + secret.encode("utf-16le")).decode()
    assert values("f|utf16|base64", secret, marked) == [marked]
    big = base64.b64encode(secret.encode("utf-16be")).decode()
    assert values("f|utf16be|base64", secret, big) == [big]
    assert values("f|wide|base64offset|contains", secret, base64.b64encode(b"a" + secret.encode("utf-16le")).decode())
    assert values("f|wide", "ab", "a\0b\0", "ab") == ["a\0b\0"]


@pytest.mark.parametrize(
    ("modifiers", "expected"),
    [
        ("fieldref", [0]),
        ("fieldref|contains", [0, 1, 2, 3]),
        ("fieldref|startswith", [0, 1]),
        ("fieldref|endswith", [0, 2]),
    ],
)
def test_a_field_is_compared_with_another(modifiers: str, expected: list[int]) -> None:
    """Case does not count, wildcards in the other field are characters, and an absent one matches nothing."""
    records = [
        {"f": "A%", "g": "a%"},
        {"f": "a%x", "g": "A%"},
        {"f": "xa%", "g": "a%"},
        {"f": "xa%x", "g": "a%"},
        {"f": "abc", "g": "a%"},
        {"f": "a%"},
        {"g": "a%"},
    ]
    assert fitting({f"f|{modifiers}": "g"}, records) == expected


def test_placeholders_become_the_owners_values() -> None:
    """Each value is an alternative, its stars are stars; a placeholder without values refuses the rule."""
    text = rule_text({"f|expand": "%admins%@x"})
    rule = only(text, {"admins": ["Ann", "b*"]})
    assert matches(rule, [{"f": "ann@x"}, {"f": "b*@x"}, {"f": "bob@x"}]) == [0, 1]
    assert "%admins%" in refusal(text)
    assert "placeholder" in refusal(rule_text({"f|re|expand": "^%admins%$"}))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("f|re", "(?=a)b", "regular expression"),
        ("f|re", "(a)\\1", "regular expression"),
        ("f|re", "(", "regular expression"),
        ("f|nosuch", "a", "nosuch"),
        ("f|cidr", "10.0.0.1/8", "CIDR"),
        ("f|base64", "a*", "wildcards"),
        ("f|gt", "five", "SigmaGreaterThanModifier"),
        ("f|windash", "-a -b -c -d", "windash"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(key: str, value: Any, said: str) -> None:
    """A lookaround, a back reference, an unknown modifier: the rule is named, and others are asked."""
    broken = rule_text({key: value}, title="Broken one", id="6f6f6f6f-0000-4000-8000-000000000002")
    rules = read(broken, rule_text({"f": "a"}))
    assert [one.about.title for one in rules.rules] == ["Made up"]
    assert [one.title for one in rules.refused] == ["Broken one"]
    assert said.lower() in rules.refused[0].reason.lower()


def test_why_a_regular_expression_is_refused_is_told_in_plain_words() -> None:
    """RE2 says it in bytes; a reader is no programmer of Python."""
    said = refusal(rule_text({"f|re": "(?=Stop)"}))
    assert "invalid perl operator" in said
    assert "b'" not in said


@pytest.mark.parametrize(("key", "allowed"), [("level", "informational, low, medium"), ("status", "stable")])
def test_a_word_that_is_none_of_the_allowed_ones_is_told_with_them(key: str, allowed: str) -> None:
    (one,) = read(rule_text({"f": "a"}, **{key: "dreadful"})).refused
    assert one.hint.startswith("one of: ")
    assert allowed in one.hint


def test_a_refused_rule_is_named_with_its_folder(tmp_path: Path) -> None:
    """Two folders may each have a file of one name."""
    for name in ("cloud", "desk"):
        (tmp_path / "rules" / name).mkdir(parents=True)
        (tmp_path / "rules" / name / "one.yml").write_text(rule_text({"f|re": "(?=Stop)"}))
    folders = [tmp_path / "rules" / name for name in ("cloud", "desk")]
    assert [one.file for one in load(folders, root=tmp_path).refused] == ["rules/cloud/one.yml", "rules/desk/one.yml"]
    assert load(folders[:1]).refused[0].file == str(folders[0] / "one.yml")


_SHAPES = ["", "|contains", "|startswith", "|endswith", "|cased"]
_LETTERS = st.text(st.sampled_from("aAbB%_*?\\'.[x \n"), max_size=8)


@settings(max_examples=20)
@given(
    value=_LETTERS,
    texts=st.lists(_LETTERS, min_size=1, max_size=8),
    modifier=st.sampled_from(["", "|contains", "|startswith", "|endswith", "|cased"]),
)
def test_texts_with_any_characters_match_as_in_the_reference(value: str, texts: list[str], modifier: str) -> None:
    """Wildcards, escapes and what SQL or LIKE could take for its own."""
    text = rule_text({f"f{modifier}": value})
    records = [{"f": one} for one in texts]
    assert len(matches(only(text), records)) == reference_count(text, records)
