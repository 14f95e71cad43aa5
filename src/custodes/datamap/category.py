"""Which kinds of personal data are known, and how is each recognised? One YAML file per kind, ours or the user's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast, get_args

import yaml

from custodes import _native
from custodes.datamap.category_keys import PAGE, Keys, meant
from custodes.datamap.growth import MOST, states
from custodes.datamap.headers import fold
from custodes.datamap.identifiers import PURPOSES
from custodes.datamap.speaking import spoken_for
from custodes.datamap.values import SHAPES
from custodes.errors import BadInput
from custodes.records import Category, Flag

BUILT_IN: Final = Path(__file__).parent / "categories"
# Ours are read ten times as fast where libyaml is there.
_QUICK: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

ANCHORS: Final = ("digits", "at", "colon", "word", "literal", "anywhere")
CONFIRMS: Final = ("phone",)
# Words that names of columns leave out.
_SMALL: Final = frozenset(
    [
        "of",
        "the",
        "de",
        "du",
        "des",
        "la",
        "le",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "der",
        "van",
        "von",
        "av",
        "och",
        "og",
    ]
)
Refute = Literal["sequence", "key", "version"]


_LARGEST: Final = 256 * 1024  # bytes of a category's file


class _Plain(yaml.SafeLoader):
    """Without merge keys: a few lines of them make a document that fills the memory."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, "merge keys are not read", key.start_mark)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form the scanner looks for.

    anchor: what leads it to candidates. lead: bytes the match may begin before the first digit.
    weak: too common alone; counts only with a header (columns) or a word beside it (text).
    label: it begins with a word such as `password=`, which is not part of what is found.
    """

    regex: str
    anchor: str
    literals: tuple[str, ...] = ()
    lead: int = 0
    weak: bool = False
    label: bool = False
    validator: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """What makes a whole column one of this category.

    valid_share: of the cells that are not empty, those that must fit a pattern and pass its check.
    chance: share of unrelated values of the same form that pass the check by luck.
    telling: the form alone says what it is, whatever luck would pass.
    headers: phrases a column name may contain; generic: phrases that say it only with more evidence.
    shape, share: a test on values for what has no pattern, and the share of values that must pass it.
    values: the few words such a column is filled with, folded; `share` of its values must be among them.
    alone: the words tell it without a header.
    beside: at least one of these categories must be in the same dataset.
    name: evidence for names of people is asked: given names, siblings, e-mail addresses in the same row.
    refutes: what speaks against it: a rising sequence, a key, a version number.
    """

    valid_share: float = 0.7
    chance: float = 0.0
    telling: bool = False
    headers: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()
    shape: str | None = None
    share: float = 0.8
    values: frozenset[str] = frozenset()
    alone: bool = False
    beside: frozenset[str] = frozenset()
    name: bool = False
    refutes: frozenset[Refute] = frozenset()


@dataclass(frozen=True, slots=True)
class CategoryRules:
    """A category and everything its file says about recognising it.

    countries: ISO 3166-1 codes of the countries whose number it is; none where it is not a country's.
    number_for: what these countries use the number for; names such as "turkish identity number" then speak for it.
    keep_unvalidated: what the check refuses is still reported, as not validated.
    confirm: a second check in Python on the scanner's candidates. boost, refute: words before a match in text.
    match, no_match: examples that a test and `check_examples` run.
    """

    category: Category
    file: Path
    patterns: tuple[Pattern, ...] = ()
    keep_unvalidated: bool = False
    confirm: str | None = None
    column: ColumnRules = ColumnRules()
    boost: frozenset[str] = frozenset()
    refute: frozenset[str] = frozenset()
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    standard: str = ""
    countries: tuple[str, ...] = ()
    number_for: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The file's name without its ending."""
        return self.category.id


def load_categories(folder: Path | None = None) -> tuple[CategoryRules, ...]:
    """The categories that ship with Custodes, then those of the user's folder, each in order of their names, with all
    the words that speak for them.

    Raises BadInput with file, key and reason for the first file that is not sound, for an id given twice, and for a
    folder that is none or holds no category.
    """
    found: dict[str, CategoryRules] = {}
    for place in (BUILT_IN, folder):
        for file in _files(place) if place is not None else ():
            rules = read_category(file)
            if rules.id in found:
                raise BadInput(
                    f'category "{rules.id}" exists already', where=str(file), hint="give the file another name and id"
                )
            found[rules.id] = rules
    for rules in found.values():
        for other in sorted(rules.column.beside):
            if other not in found:
                raise BadInput(
                    f'no category "{other}"', where=f"{rules.file}: column.beside", hint=meant(other, sorted(found))
                )
    return spoken_for(tuple(found.values()))


def _files(folder: Path) -> list[Path]:
    if not folder.exists():
        raise BadInput("the folder of categories does not exist", where=str(folder), hint="create it, or name another")
    if not folder.is_dir():
        raise BadInput(
            "the folder of categories is no folder", where=str(folder), hint="name the folder the file is in"
        )
    files = sorted(folder.glob("*.yml"))
    if not files:
        other = sorted(folder.glob("*.yaml"))
        hint = f"rename {other[0].name} to {other[0].stem}.yml" if other else f"write one as in {PAGE}, or name another"
        raise BadInput("the folder holds no category, no file that ends in .yml", where=str(folder), hint=hint)
    return files


def read_category(file: Path) -> CategoryRules:
    """Read and check one file whole. Raises BadInput with file, key and reason."""
    try:
        # The quick loader ends the process when text is nested too deep, so it gets only our own files.
        loader = _QUICK if file.parent == BUILT_IN else _Plain
        if file.stat().st_size > _LARGEST:
            raise BadInput("the category is too large", where=str(file), hint=f"use at most {_LARGEST:,} bytes")
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both make plain data only
    except OSError as error:
        raise BadInput("cannot read the category", where=str(file), hint=str(error.strerror)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}: line {mark.line + 1}" if mark is not None else str(file)
        raise BadInput("the category is no YAML", where=where, hint=_mending(error)) from error
    top = Keys(file, "", document)
    identity = top.text("id")
    if identity != file.stem:
        raise top.fail(
            "id", "the id is not the file's name", f'write id: {file.stem}, or rename the file "{identity}.yml"'
        )
    column = top.keys("column")
    text = top.keys("text")
    rules = CategoryRules(
        category=Category(
            id=identity,
            title=top.text("title"),
            fides=top.text("fides"),
            sensitivity=top.number("sensitivity", 1, 5),
            flags=cast("frozenset[Flag]", frozenset(top.texts("flags", get_args(Flag)))),
        ),
        file=file,
        patterns=tuple(_patterns(top)),
        keep_unvalidated=top.flag("keep_unvalidated"),
        confirm=top.choice("confirm", CONFIRMS),
        column=_column(column),
        boost=frozenset(text.texts("boost")),
        refute=frozenset(text.texts("refute")),
        match=top.texts("match"),
        no_match=top.texts("no_match"),
        standard=top.text("standard", required=False),
        countries=top.texts("countries"),
        number_for=top.texts("number_for", PURPOSES),
    )
    text.finish()
    top.finish()
    _check(top, rules)
    return rules


def _patterns(top: Keys) -> Iterator[Pattern]:
    shared = top.choice("validator", _native.VALIDATORS)
    for keys in top.items("patterns"):
        anchor = keys.choice("anchor", ANCHORS)
        pattern = Pattern(
            regex=keys.text("regex"),
            anchor=anchor or "anywhere",
            literals=keys.texts("literals"),
            lead=keys.number("lead", 0, 20, default=0),
            weak=keys.flag("weak"),
            label=keys.flag("label"),
            validator=keys.choice("validator", _native.VALIDATORS) or shared,
        )
        keys.finish()
        try:
            _native.check_pattern(spec(top.path or "this", pattern, keep_unvalidated=False))
        except ValueError as error:
            reason = str(error).split(": ", 1)[-1]
            raise keys.fail(
                "regex", reason, "classes are ASCII; look-around and back-references do not exist"
            ) from None
        _check_written(top, keys, pattern)
        yield pattern


def _mending(error: Exception) -> str:
    """What the author of a file that is no YAML should do."""
    if "escape character" in str(getattr(error, "problem", "")):
        return "a backslash in double quotes means something else to YAML: use single quotes, as in regex: '\\d{6}'"
    return "mend the file as YAML in UTF-8"


def _check_written(top: Keys, keys: Keys, pattern: Pattern) -> None:
    """Refuse what an owner's pattern cannot have meant, or what would make every scan crawl; ours are tested."""
    if top.file.parent == BUILT_IN:
        return
    if any(ord(sign) < 32 for sign in pattern.regex):
        hint = "YAML read a backslash in double quotes, such as \\b: write the regular expression in single quotes"
        raise keys.fail("regex", "the regular expression holds a control character", hint)
    if (states(pattern.regex) or 0) > MOST:
        raise keys.fail(
            "regex",
            f"the pattern of category {top.file.stem} has more than {MOST:,} states: texts could make it crawl",
            "let what repeats without an end differ from what is counted behind it, as in [a-z]+-\\d{40}, "
            "count less, or begin at a literal",
        )


def spec(identity: str, pattern: Pattern, *, keep_unvalidated: bool) -> _native.Spec:
    """The pattern as the native scanner takes it."""
    return (
        identity,
        pattern.anchor,
        list(pattern.literals),
        pattern.regex,
        pattern.lead,
        pattern.validator,
        keep_unvalidated,
    )


def _column(keys: Keys) -> ColumnRules:
    languages = keys.keys("headers")
    chance = keys.share("chance", 0.0)
    phrases = [phrase for language in languages.values for phrase in languages.texts(language)]
    headers = tuple(dict.fromkeys(way for phrase in phrases for way in (phrase, _short(phrase))))
    rules = ColumnRules(
        valid_share=keys.share("valid_share", 0.7),
        chance=chance,
        telling=keys.flag("telling") or chance == 0,
        headers=headers,
        generic=keys.texts("generic"),
        shape=keys.choice("shape", tuple(SHAPES)),
        share=keys.share("share", 0.8),
        values=frozenset(fold(word) for word in keys.texts("values")),
        alone=keys.flag("alone"),
        beside=frozenset(keys.texts("beside")),
        name=keys.flag("name"),
        refutes=cast("frozenset[Refute]", frozenset(keys.texts("refutes", get_args(Refute)))),
    )
    keys.finish()
    return rules


def _short(phrase: str) -> str:
    """A phrase as names of columns write it: `permiso conducir` for `permiso de conducir`."""
    words = phrase.split()
    kept = [word for word in words if word not in _SMALL]
    return " ".join(kept) if len(kept) > 1 else phrase


def _check(top: Keys, rules: CategoryRules) -> None:
    if not rules.patterns and rules.column.shape is None and not rules.column.values:
        raise top.fail(
            "patterns",
            "nothing says how to recognise it",
            f"add patterns, or column.headers with column.shape or column.values: see {PAGE}",
        )
    if rules.column.values and not (rules.column.headers or rules.column.alone):
        raise top.fail("column.headers", "a list of words alone is too weak", "add the words that name such a column")
    if rules.column.shape is not None and not rules.column.headers:
        raise top.fail("column.headers", "a shape alone is too weak", "add the words that name such a column")
    for key, examples in (("match", rules.match), ("no_match", rules.no_match)):
        if not examples:
            raise top.fail(
                key, "examples are missing", f"add made-up values that must {key.replace('_', ' ')}: see {PAGE}"
            )
