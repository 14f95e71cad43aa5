"""Which rules does a folder hold, and which of them can be asked? What cannot is told with its file, title and reason.

One rule that is broken, unknown or hostile costs itself only, and whatever refers to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sigma.collection import SigmaCollection
from sigma.conditions import ConditionType
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError, SigmaLevelError, SigmaRuleLocation, SigmaStatusError
from sigma.filters import SigmaFilter
from sigma.rule import SigmaLevel, SigmaRule, SigmaStatus
from sigma.rule.base import SigmaRuleBase

from custodes.records import SEVERITIES, LogSource
from custodes.sigma.condition import fields_of, has_keywords
from custodes.sigma.correlation import check
from custodes.sigma.document import documents
from custodes.sigma.placeholders import filled
from custodes.sigma.policy import QUIET
from custodes.sigma.reference import correlation_of, referred
from custodes.sigma.rule import About, CannotCompile, Correlation, Refused, Rule, RuleSet

SUFFIXES: Final = (".yml", ".yaml")

# By status: how often the authors of rules expect to be right. A rule that says nothing is doubted a little more.
_BELIEF: Final = {"stable": 0.7, "test": 0.5, "experimental": 0.3, "deprecated": 0.2, "unsupported": 0.2}
_NO_STATUS: Final = 0.4
_NO_LEVEL: Final = SEVERITIES["low"]

# What pySigma lets through on input that it did not expect, beside its own errors.
_MISTAKES: Final = (TypeError, ValueError, AttributeError, KeyError, IndexError, RecursionError, AssertionError)
_REWRITE: Final = "correct the rule, or remove it from the folder"


def load(
    folders: Sequence[Path], placeholders: Mapping[str, Sequence[str]] | None = None, root: Path | None = None
) -> RuleSet:
    """All rules below these folders. placeholders: values by name, for `|expand`.

    root: files are named as seen from it. Nothing is raised for a rule: what is wrong with it is in `refused`.
    """
    reading = _Reading(placeholders or {}, root)
    for folder in folders:
        reading.read(folder)
    return reading.finish()


class _Reading:
    def __init__(self, placeholders: Mapping[str, Sequence[str]], root: Path | None) -> None:
        self._placeholders = placeholders
        self._root = root
        self._filters: list[tuple[str, SigmaFilter]] = []
        self._rules: dict[str, Rule] = {}
        self._parsed: list[tuple[About, SigmaRule]] = []
        self._coming: list[tuple[About, SigmaCorrelationRule]] = []
        self._refused: list[Refused] = []
        self._taken: dict[str, str] = {}  # what rules may be called, and whose file has it
        self._known: dict[str, str] = {}  # what correlations may refer to: name or id to key

    def read(self, folder: Path) -> None:
        files = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
        # With its folder: several may be configured, and a file of one name may lie in each.
        named = folder.relative_to(self._root) if self._root and folder.is_relative_to(self._root) else folder
        if not files:
            self._refused.append(Refused(str(named), "", "the folder holds no rule", "put files ending in .yml there"))
        for file in files:
            name = str(named / file.relative_to(folder))
            titles = ""
            try:
                told = documents(file)
                titles = ", ".join(_line(one["title"]) for one in told if "title" in one)
                collection = SigmaCollection.from_dicts(
                    told,
                    collect_errors=True,
                    source=SigmaRuleLocation(file),
                    collect_filters=True,
                    resolve_references=False,
                    policy=QUIET,
                )
            except CannotCompile as error:
                self._refused.append(Refused(name, titles, error.reason, error.hint))
                continue
            except (SigmaError, *_MISTAKES) as error:
                self._refused.append(Refused(name, titles, _said(error), _step(error)))
                continue
            for one in (*collection.rules, *collection.filters):
                try:
                    self._take(one, name)
                except _MISTAKES as error:
                    self._refused.append(Refused(name, titles, _said(error), _step(error)))
            blamed = {id(wrong) for one in (*collection.rules, *collection.filters) for wrong in one.errors}
            for wrong in collection.errors:
                if id(wrong) not in blamed:
                    self._refused.append(Refused(name, titles, _said(wrong), _step(wrong)))

    def finish(self) -> RuleSet:
        for about, parsed in self._parsed:
            try:
                self._rules[about.key] = self._rule(about, parsed)
            except (CannotCompile, SigmaError, *_MISTAKES) as error:
                self._refuse(about, error)
        correlations = self._correlations()
        silent = _silent([one for _, one in self._coming], self._known)
        return RuleSet(
            tuple(replace(rule, told=rule.about.key not in silent) for _, rule in sorted(self._rules.items())),
            tuple(replace(one, told=one.about.key not in silent) for one in correlations),
            tuple(sorted(self._refused)),
        )

    def _take(self, one: SigmaRuleBase, name: str) -> None:
        title = str(one.title or "")
        if one.errors:
            self._refused.append(Refused(name, title, _said(one.errors[0]), _step(one.errors[0])))
            return
        if isinstance(one, SigmaFilter):
            self._filters.append((name, one))
            return
        about = _about(one, name)
        for called in {about.key, *about.named}:
            if called in self._taken:
                what = f'another rule is called "{called}" already ({self._taken[called]})'
                self._refused.append(Refused(name, title, what, "give it an id and a name of its own"))
                return
        for called in {about.key, *about.named}:
            self._taken[called] = name
            self._known[called] = about.key
        if isinstance(one, SigmaCorrelationRule):
            self._coming.append((about, one))
        elif isinstance(one, SigmaRule):
            self._parsed.append((about, one))

    def _rule(self, about: About, parsed: SigmaRule) -> Rule:
        for _, each in self._filters:
            each.apply_on_rule(parsed)
        trees: list[ConditionType] = []
        for condition in parsed.detection.parsed_condition:
            tree = condition.parsed
            if tree is None:
                raise CannotCompile("its condition is empty")
            trees.append(filled(tree, self._placeholders))
        source = parsed.logsource
        return Rule(
            about,
            LogSource(source.product, source.service, source.category),
            tuple(trees),
            fields_of(trees),
            has_keywords(trees),
        )

    def _correlations(self) -> list[Correlation]:
        """Each after those it refers to, so that its parts are there when it is asked."""
        waiting = {about.key: (about, parsed) for about, parsed in self._coming}
        done: dict[str, Correlation] = {}
        while waiting:
            ready = []
            for key, (about, parsed) in waiting.items():
                try:
                    made = correlation_of(about, parsed, self._known)
                    check(made, done)
                except (CannotCompile, SigmaError, *_MISTAKES) as error:
                    self._refuse(about, error)
                    ready.append(key)
                    continue
                missing = [part.key for part in made.parts if part.key not in {*self._rules, *done}]
                if not missing:
                    done[key] = made
                    ready.append(key)
                elif not any(one in waiting for one in missing):
                    self._refuse(about, CannotCompile(f'the rule "{missing[0]}" that it refers to is not asked'))
                    ready.append(key)
            if not ready:
                for about, _ in waiting.values():
                    self._refuse(about, CannotCompile("correlations refer to each other in a circle"))
                break
            for key in ready:
                del waiting[key]
        return list(done.values())

    def _refuse(self, about: About, error: Exception) -> None:
        self._refused.append(Refused(about.file, about.title, _said(error), _step(error)))


def _silent(parsed: Sequence[SigmaCorrelationRule], known: Mapping[str, str]) -> set[str]:
    """Keys of what only feeds correlations: none that refers to it says `generate: true`.

    A correlation that is refused keeps its parts silent too: they were written to be counted, not told one by one.
    """
    generate: dict[str, bool] = {}
    for one in parsed:
        for name in referred(one):
            key = known.get(name, name)
            generate[key] = generate.get(key, False) or one.generate
    return {key for key, told in generate.items() if not told}


def _about(one: SigmaRuleBase, file: str) -> About:
    names = [str(name) for name in (one.name, one.id) if name]
    level = str(one.level).lower() if one.level is not None else ""
    status = str(one.status).lower() if one.status is not None else ""
    key = next((name for name in names if name.isprintable()), Path(file).stem)
    return About(
        key=key,
        title=_line(one.title) or key,
        severity=SEVERITIES.get(level, _NO_LEVEL),
        belief=_BELIEF.get(status, _NO_STATUS),
        file=file,
        description=_line(one.description),
        references=tuple(_line(each) for each in one.references),
        tags=tuple(_line(each) for each in one.tags),
        innocent=tuple(_line(each) for each in one.falsepositives),
        named=tuple(names),
    )


def _line(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _said(error: Exception) -> str:
    """The error in one line. pySigma's own words name the rule's parts; those of Python would say nothing."""
    if isinstance(error, CannotCompile):
        return error.reason
    if isinstance(error, SigmaError):
        return _line(error.args[0] if error.args else type(error).__name__).rstrip(".")
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return f"it is not written as a rule is ({type(error).__name__})"


def _step(error: Exception) -> str:
    if isinstance(error, CannotCompile):
        return error.hint
    words = (
        SigmaLevel if isinstance(error, SigmaLevelError) else SigmaStatus if isinstance(error, SigmaStatusError) else ()
    )
    allowed = ", ".join(one.name.lower() for one in words)
    return f"one of: {allowed}" if allowed else _REWRITE


def shown(refused: Sequence[Refused]) -> Iterator[str]:
    """A line for each, for people."""
    for one in refused:
        title = f' "{one.title}"' if one.title else ""
        yield f"{one.file}{title}: {one.reason} ({one.hint})"
