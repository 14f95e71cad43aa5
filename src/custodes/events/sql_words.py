"""What do the first words of a statement tell, where the parser knows no more?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from custodes.events.sql_nouns import NOT_UNDERSTOOD, Plan, Touch
from custodes.events.unfit import Unfit
from custodes.records import Action

# Lengths are bounded: these look at text that anybody may have written.
_ROLE: Final = re.compile(r"(create|alter|drop)\s+(?:role|user|group)\s+(?!mapping\b)(?:if\s+exists\s+)?(\S{1,200})")
_DEFAULTS: Final = re.compile(r"alter\s+default\s+privileges\b")
_PRIVILEGE: Final = re.compile(
    r"(grant|revoke)\b(.{0,2000}?)(?:\bon\b(.{0,2000}?))?\b(?:to|from)\b(.{0,2000})", re.DOTALL
)
_CALL: Final = re.compile(r'call\s+([\w."`]{1,200})')
_REFRESH: Final = re.compile(r'refresh\s+materialized\s+view\s+(?:concurrently\s+)?([\w."]{1,200})')
_ALTER: Final = re.compile(
    r"alter\s+(?:foreign\s+|materialized\s+)?(?:table|view)\s+(?:if\s+exists\s+)?(?:only\s+)?([\w.\"`]{1,200})"
)
_OWNER: Final = re.compile(r"\bowner\s+to\s+(\S{1,200})\s*;?\s*$")
_DEFINES_DATA: Final = re.compile(
    r"(?:create|alter|drop)\s+(?:(?:or\s+replace|temp|temporary|global|local|unlogged|foreign|materialized|recursive)\s+)*"
    r"(?:table|view)\b"
)


def by_words(first: str, text: str, schema: str = "public") -> Plan | None:
    """The plan of a statement that is told by its first words; None for one that has to be parsed.

    first: its first word in lower case. Roles and privileges are grants; what defines no table or view touches no
    data. schema: where a table lies that names none. Raises Unfit.
    """
    if first in {"grant", "revoke"}:
        return _privilege(text, schema)
    if first == "call":
        return _one("update", _CALL, text, schema)
    if first == "refresh":
        return _one("update", _REFRESH, text, schema)
    if first in {"create", "alter", "drop", "rename"}:
        return _definition(first, text, schema)
    return None


def name(word: str) -> str:
    """An identifier as PostgreSQL folds it."""
    return word.strip(word[0]) if word[:1] in {'"', "`"} else word.rstrip(";").lower()


def _definition(first: str, text: str, schema: str) -> Plan | None:
    lower = text.strip().lower()
    role = _ROLE.match(lower)
    if role is not None:
        verb: Action = "revoke" if first == "drop" else "grant"
        return Plan((Touch(verb, "", object=f"role {name(role[2])}"),))
    if _DEFAULTS.match(lower):
        return Plan((Touch("grant", "", object="default privileges"),))
    altered = _ALTER.match(lower)
    if altered is not None:
        owner = _OWNER.search(lower)
        told = Touch("grant", "", object=f"ownership to {name(owner[1])}") if owner else Touch("update", "")
        return Plan((replace(told, dataset=_qualified(altered[1], schema)),))
    return None if _DEFINES_DATA.match(lower) else Plan()


def _one(action: Action, pattern: re.Pattern[str], text: str, schema: str) -> Plan:
    found = pattern.match(text.strip().lower())
    if found is None:
        raise Unfit(NOT_UNDERSTOOD)
    return Plan((Touch(action, _qualified(found[1], schema)),))


def _privilege(text: str, schema: str) -> Plan:
    found = _PRIVILEGE.match(" ".join(text.split()).lower())
    if found is None:
        raise Unfit(NOT_UNDERSTOOD)
    action: Action = "grant" if found[1] == "grant" else "revoke"
    whom = re.split(r"\b(?:with|granted|cascade|restrict|identified|require)\b", found[4])[0].strip()
    told = f"{found[2].strip()} {'to' if action == 'grant' else 'from'} {whom}"
    target = (found[3] or "").strip()
    if not target:
        return Plan((Touch(action, "", object=f"role {told}"),))
    named = re.sub(r"\s*,\s*", ",", target.removeprefix("table "))
    if " " in named:
        return Plan((Touch(action, "", object=f"{told} on {target}"),))  # schema x, all tables in schema x
    return Plan(tuple(Touch(action, _qualified(table, schema), object=told) for table in named.split(",")))


def _qualified(text: str, schema: str) -> str:
    parts = [name(part) for part in text.split(".")]
    return ".".join(parts[-2:] if len(parts) > 1 else filter(None, [schema, *parts]))
