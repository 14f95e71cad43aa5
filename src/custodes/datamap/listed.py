"""Is a column filled with the few words of a list: faiths, blood groups, countries?"""

from __future__ import annotations

from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import TOLD, Around, Claim, ColumnView, header_reason
from custodes.datamap.evidence import header_weight
from custodes.datamap.headers import Promise
from custodes.datamap.shaped import lonely, sampled_claim
from custodes.datamap.vocabulary import WORDS

_BASE = -5.0
_BY_THEMSELVES = 3.0  # what two or more words of a list that needs no header say
_OTHER_WORDS = -0.5
_MOST_ANSWERS = 40
_NO_ANSWERS = WORDS["status"] | WORDS["yes_no"]
_KEPT = 1.5  # the values keep what the header promised


def list_claim(column: ColumnView, rules: CategoryRules, around: Around) -> Claim | None:
    """A claim where the filled cells, and the distinct values, are words of the category's list.

    A header that promises it may find other words beside those listed: half of the distinct values are enough.
    """
    listed = rules.column.values
    profile = column.profile
    promise = column.promise(rules.id)
    told = promise.strength >= TOLD
    if not listed or not profile.values or not (told or rules.column.alone) or lonely(column, rules, around):
        return None
    among = {value for value in profile.usual if profile.folded[value] in listed}
    share = sum(profile.folded[value] in listed for value in profile.values) / len(profile.values)
    distinct = len(among) / len(profile.usual)
    if share < rules.column.share or distinct < (0.3 if told else 0.5):
        return _answers(column, rules, promise) if told and promise.phrase not in rules.column.generic else None
    # One word again and again may be anything's; several words of one list are that list.
    several = min(len(among), 4) / 4
    alone = rules.column.alone and len(among) >= 2
    if not told and not alone:
        return None
    nats = _BASE + (_BY_THEMSELVES + 3 * several * share if alone else 0.0) + (_KEPT * share if told else 0.0)
    claim = sampled_claim(column, rules.id, nats, share, f"{column.of_cells(share)} are among the words of its list")
    return claim.surer(header_weight(promise.strength), header_reason(promise)) if told else claim


def _answers(column: ColumnView, rules: CategoryRules, promise: Promise) -> Claim | None:
    """A claim where the name says it outright and the cells are a few short words or codes, as answers to it are.

    No list knows every language and every company's codes; yes and no, states and numbers past 99 are no answers.
    """
    profile = column.profile
    if len(profile.usual) < 2 or len(profile.usual) > min(_MOST_ANSWERS, len(profile.values) / 4):
        return None
    answers = {value for value in profile.usual if _answer(profile.folded[value])}
    share = sum(value in answers for value in profile.values) / len(profile.values)
    if share < 0.8:
        return None
    said = f"{column.of_cells(share)} are one of {len(answers)} short answers"
    claim = sampled_claim(column, rules.id, _BASE + _OTHER_WORDS, share, said)
    return claim.surer(header_weight(promise.strength), header_reason(promise))


def _answer(word: str) -> bool:
    if word in _NO_ANSWERS or not 1 <= len(word) <= 40 or word.count(" ") > 5:
        return False
    return (word.isdigit() and len(word) <= 2) or (word[0].isalpha() and not any(sign.isdigit() for sign in word[2:]))
