"""Which verdicts did people overrule or confirm, and is each ruling proven by the ledger?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from difflib import get_close_matches

from custodes.datamap.category import load_categories
from custodes.datamap.recognise import Recogniser
from custodes.datamap.rulings import About, rule, unexamined
from custodes.errors import BadInput
from custodes.pipeline.categories import known_categories
from custodes.pipeline.open_store import open_store
from custodes.pipeline.receipts import sealed_receipts
from custodes.pipeline.workspace import Workspace
from custodes.records import Dataset, Decided, Examined, Ruling, Skipped, Suppressed
from custodes.stores.names import KEYS, MANY, STAR, steps

Place = tuple[str, str, str]
_LONGEST_WHY = 500
_SHOWN = 5  # fields in a hint
_LONGEST = timedelta(days=731)  # people leave and tables change: nothing is hidden for longer without a new look


def ruled(workspace: Workspace) -> tuple[tuple[Examined, ...], tuple[Suppressed, ...]]:
    """The data map with every proven ruling applied, and the verdicts that are held not personal."""
    proven, _ = _proven(workspace)
    return rule(workspace.datamap.all(), proven, workspace.clock())


def unapplied(workspace: Workspace) -> list[Skipped]:
    """Rulings that the map does not show.

    Ledger and state do not tell the same of them, or they confirm something in a dataset that was not examined.
    """
    proven, unproven = _proven(workspace)
    return [*unproven, *unexamined(workspace.datamap.all(), proven, workspace.clock())]


def decide(
    workspace: Workspace, name: str, category: str, decided: Decided, why: str, until: datetime | None
) -> Ruling:
    """Make a ruling about one category in one field, seal it and keep it.

    name: `store.dataset.field`, or the end of it where that means one field only. Raises BadInput: a field or
    category that is not known, no reason, an end that is past, nothing to withdraw. The receipt is sealed before
    the ruling counts: if the process dies in between, the ledger tells of a ruling that never took effect, never
    the other way round.
    """
    now = workspace.clock()
    store, dataset, field = _located(workspace, name, category, decided)
    names_nobody(workspace, {"the field's name": name, "the reason": why})
    if not why.strip():
        raise BadInput("a ruling needs a reason", where=name, hint="say why, in a sentence that names no person")
    if len(why) > _LONGEST_WHY:
        raise BadInput("the reason is too long", where=name, hint=f"use at most {_LONGEST_WHY} characters")
    if until is not None and until <= now:
        raise BadInput("the ruling would have ended already", where=name, hint="give a day that is still to come")
    if until is not None and until > now + _LONGEST:
        raise BadInput("the ruling would outlive who made it", where=name, hint="give a day within two years")
    one = Ruling(store, dataset, field, category, decided, workspace.by, why.strip(), now, until)
    if decided == "withdrawn":
        before = _proven(workspace)[0].get(one.about)
        if before is None or not before.in_force(now):
            raise BadInput("there is no ruling to withdraw", where=name, hint='"custodes verdicts history" lists them')
    workspace.seal_receipts(
        [
            workspace.receipt(
                "ruling",
                store=store,
                dataset=dataset,
                field=field,
                category=category,
                decided=decided,
                digest=_digest(one),
            )
        ]
    )
    workspace.rulings.add(one)
    return one


def _located(workspace: Workspace, name: str, category: str, decided: Decided) -> Place:
    """Store, dataset and field of a name. A field may be confirmed that the scan has found nothing in."""
    categories = known_categories(workspace)
    if category not in categories:
        raise BadInput(f'no category "{category}"', hint=_meant(category, sorted(categories)))
    examined = workspace.datamap.all()
    fields = {(one.store, one.dataset, one.field) for each in examined for one in each.verdicts}
    fields |= {about[:3] for about in _proven(workspace)[0]}
    fits = {place for place in fields if ".".join(place) == name}
    if not fits and decided == "confirmed":
        fits = _unfound(workspace, examined, name, whole=True)
    # A list prints a field under its dataset: what it prints is enough wherever it can mean one field only.
    fits = fits or {place for place in fields if _short(".".join(place), name)}
    if not fits and decided == "confirmed":
        fits = _unfound(workspace, examined, name, whole=False)
    known = sorted(".".join(place) for place in fits or fields)
    if len(fits) > 1:
        if len(set(known)) == 1:
            hint = "names with points in them are not told apart yet"
        else:
            more = f", and {len(fits) - _SHOWN:,} more" if len(fits) > _SHOWN else ""
            hint = f"name one of them in full: {', '.join(known[:_SHOWN])}{more}"
        raise BadInput(f'"{name}" may mean {len(fits)} fields', where=name, hint=hint)
    if not fits:
        raise BadInput(f'nothing is known of a field "{name}"', hint=_meant(name, known))
    return fits.pop()


def _short(full: str, name: str) -> bool:
    """Whether a name is the end of a full one, cut where a part of it begins."""
    return full.endswith((f".{name}", f"/{name}"))


def _unfound(workspace: Workspace, examined: Sequence[Examined], name: str, *, whole: bool) -> set[Place]:
    """Fields of datasets on the map that a scan has found nothing in. whole: the name begins with the store's."""
    places = set()
    for one in examined:
        full = f"{one.store}.{one.dataset}"
        cuts = [0] if whole else [at + 1 for at, sign in enumerate(full) if sign in "./"]
        fronts = [front for cut in cuts if name.startswith(front := f"{full[cut:]}.")]
        places |= {(one.store, one.dataset, name.removeprefix(front)) for front in fronts}
    return {place for place in places if _there(workspace, *place)}


def _there(workspace: Workspace, store: str, dataset: str, field: str) -> bool:
    """Whether the store has such a column; of a path inside one, its beginning.

    Of two columns whose paths are written alike, a scan tells the later one's with its name in quotes.
    """
    chosen = next((one for one in workspace.config.stores if one.name == store), None)
    if chosen is None:
        return False
    with closing(open_store(chosen, timeout=workspace.config.scan.timeout)) as opened:
        found = next((one for one in opened.datasets() if isinstance(one, Dataset) and one.name == dataset), None)
    columns = () if found is None else found.columns
    return any(_inside(field, told) for one in columns for told in (one.name, json.dumps(one.name, ensure_ascii=False)))


def _inside(field: str, column: str) -> bool:
    """Whether a field is told of a column, or of a path inside it. A key of the column's name may be told as data."""
    if field == column or field.startswith((f"{column}.", f"{column}[")):
        return True
    asked, there = ([one.rstrip(MANY) for one in steps(name)] for name in (field, column))
    if asked[-1] == KEYS:
        return len(there) >= len(asked) and _same(asked[:-1], there)
    return STAR in asked and len(there) <= len(asked) and _same(asked, there)


def _same(asked: Sequence[str], there: Sequence[str]) -> bool:
    return all(one in (STAR, told) for one, told in zip(asked, there, strict=False))


def names_nobody(workspace: Workspace, told: Mapping[str, str]) -> None:
    """Refuse words that hold somebody's data: the ledger keeps them for ever, and everybody reads them.

    told: what each text is, and the text. Raises BadInput.
    """
    recogniser = Recogniser(load_categories(workspace.config.categories))
    for what, text in told.items():
        if found := recogniser.text(text):
            raise BadInput(
                f"{what} holds what looks like {found[0].category.replace('_', ' ')}",
                hint="what is sealed is sealed for ever: say it without anybody's data",
            )


def _meant(word: str, among: Sequence[str]) -> str:
    close = get_close_matches(word, among, n=1)
    return (
        f'did you mean "{close[0]}"?' if close else '"custodes verdicts list" and "custodes categories list" name them'
    )


def _proven(workspace: Workspace) -> tuple[dict[About, Ruling], list[Skipped]]:
    """The rulings in force by what they are about, as the ledger tells them, and where ledger and state differ.

    The ledger's order decides which ruling is the last one, so that none can be repeated, and a receipt whose ruling is
    gone ends the ruling before it: what is doubtful hides no field.
    """
    by_digest = {_digest(one): one for one in workspace.rulings.all()}
    receipts = _receipts(workspace)
    if receipts is None:
        reason = "a sealed receipt cannot be read, so no ruling on verdicts is applied"
        return {}, [Skipped("scan", "", "", reason, 'run "custodes ledger verify"')]
    proven: dict[About, Ruling | None] = {}
    for about, digest in receipts:
        proven[about] = by_digest.pop(digest, None)
    hint = 'make it again with "custodes verdicts"'
    missing = [
        Skipped("scan", store, dataset, f"the ruling on {field} ({category}) is sealed, but gone from the state", hint)
        for (store, dataset, field, category), one in proven.items()
        if one is None
    ]
    missing += [
        Skipped("scan", one.store, one.dataset, f"a ruling on {one.field} ({one.category}) has no receipt", hint)
        for one in by_digest.values()
    ]
    return {about: one for about, one in proven.items() if one is not None}, missing


def _receipts(workspace: Workspace) -> list[tuple[About, str]] | None:
    """What each sealed ruling is about, and its digest, in the ledger's order; None where a file is gone or changed."""
    told = sealed_receipts(workspace, "ruling")
    if told is None:
        return None
    return [((one["store"], one["dataset"], one["field"], one["category"]), one["digest"]) for one in told]


def _digest(one: Ruling) -> str:
    """SHA-256 over every word of a ruling: a receipt that names it proves that nothing in it was changed since."""
    parts = [*one.about, one.decided, one.by, one.why, one.time.isoformat(), one.until.isoformat() if one.until else ""]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
