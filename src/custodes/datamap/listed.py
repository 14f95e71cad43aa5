"""Is a column filled with the few words of a list: faiths, blood groups, countries?"""

from __future__ import annotations

from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Around, Claim, ColumnView, header_reason, per_cent
from custodes.datamap.evidence import header_weight

_BASE = -5.0
_BY_THEMSELVES = 3.0  # what two or more words of a list that needs no header say
_KEPT = 1.5  # the values keep what the header promised


def list_claim(column: ColumnView, rules: CategoryRules, around: Around) -> Claim | None:
    """A claim where the filled cells, and the distinct values, are words of the category's list.

    A header that promises it may find other words beside those listed: half of the distinct values are enough.
    """
    listed = rules.column.values
    profile = column.profile
    told = column.promise(rules.id).strength >= 0.9
    if not listed or not profile.values or not (told or rules.column.alone):
        return None
    promise = column.promise(rules.id)
    if rules.column.beside and not rules.column.beside & around.beside:
        return None
    among = {value for value, word in profile.folded.items() if word in listed}
    share = sum(value in among for value in profile.values) / len(profile.values)
    distinct = len(among) / len(profile.distinct)
    if share < rules.column.share or distinct < (0.3 if told else 0.5):
        return None
    # One word again and again may be anything's; several words of one list are that list.
    several = min(len(among), 4) / 4
    alone = rules.column.alone and len(among) >= 2
    if not told and not alone:
        return None
    nats = _BASE + (_BY_THEMSELVES + 3 * several * share if alone else 0.0) + (_KEPT * share if told else 0.0)
    matched = round(share * column.filled)
    said = f"{per_cent(share)} of {column.filled:,} cells are among the words of its list"
    claim = Claim(rules.id, nats, matched, (said,))
    return claim.surer(header_weight(promise.strength), header_reason(promise)) if told else claim
