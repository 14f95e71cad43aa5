"""What lies where it must not? Cards, credentials and special categories of data outside a declared vault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as empty
from datetime import UTC, datetime
from typing import Final

from custodes.datamap.copies import closest
from custodes.datamap.tally import SAMPLE_ROWS
from custodes.records import Category, Copy, Examined, Field, Finding, Misplaced, MisplacedField, finding_id
from custodes.stores.names import listed as many

CHECK: Final = "misplaced_data"

_FLAGS: Final = {
    "pci": ("card data", "PCI DSS allows it only where it is protected"),
    "credential": ("credentials", "who reads them can open something"),
    "special": ("special categories of personal data", "Article 9 GDPR forbids keeping them without a ground"),
}
_BLIND_SPOTS: Final = (
    "data that is encrypted, inside images or in files of a kind that is not read",
    "rows beyond the share that was read",
    "whether passwords are kept in the clear or as salted hashes",
    "whether the place is protected in a way the store does not show, such as encryption at rest",
    "touches that no log tells of",
)
_MEDIUM: Final = 3
_UNDECLARED: Final = 0.5  # of the confidence, where the owner has declared no vault: one place must be the right one
_PASSWORD: Final = "user.authorization.password"  # noqa: S105 - a fideslang key, no password
_WHOSE: Final = ("user.account", "user.contact.email")  # beside a password these make a table of accounts
_FILES: Final = (".csv", ".tsv", ".tab", ".psv", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".gz")
_FEW: Final = 6  # fields named in a sentence
_ACTORS: Final = 3  # and actors

Vault = Callable[[str, str], bool]  # whether (store, dataset) is declared as one


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier steps know beside the fields.

    examined: by (store, dataset). seen: by (store, dataset, field, category), when a scan first saw it.
    vault_declared: whether the owner declared a vault anywhere.
    """

    copies: tuple[Copy, ...] = ()
    examined: Mapping[tuple[str, str], Examined] = empty(default_factory=dict)
    seen: Mapping[tuple[str, str, str, str], datetime] = empty(default_factory=dict)
    vault_declared: bool = True


def misplaced(
    fields: Iterable[Field],
    categories: Mapping[str, Category],
    vault: Vault,
    now: datetime,
    copies: Iterable[Copy] = (),
) -> list[Finding]:
    """The findings of `located` places, gravest first. now: when they are raised unless a scan saw them before."""
    held = tuple(fields)
    places = located(held, categories, vault, Known(tuple(copies)))
    return told(places, categories, accounts(held, categories), now)


def located(fields: Iterable[Field], categories: Mapping[str, Category], vault: Vault, known: Known) -> list[Misplaced]:
    """Each dataset outside a vault that holds what belongs into one, with all that is known about it but its touches.

    A field of a category that is not among `categories` cannot be judged and is passed over.
    """
    held = tuple(fields)
    guarded = {_name(field) for field in held if vault(field.store, field.dataset)}
    places: dict[tuple[str, str], list[Field]] = {}
    for field in held:
        category = categories.get(field.category)
        if category is not None and category.needs_vault and not vault(field.store, field.dataset):
            places.setdefault((field.store, field.dataset), []).append(field)
    return [_place(place, ordered, categories, known, guarded) for place, ordered in sorted(places.items())]


def accounts(fields: Iterable[Field], categories: Mapping[str, Category]) -> frozenset[tuple[str, str]]:
    """Tables (store, dataset) that hold whose account it is, so that passwords in them are an application's own."""
    return frozenset(
        (field.store, field.dataset)
        for field in fields
        if field.category in categories
        and categories[field.category].fides.startswith(_WHOSE)
        and not field.dataset.lower().endswith(_FILES)
    )


def told(
    places: Iterable[Misplaced],
    categories: Mapping[str, Category],
    own: frozenset[tuple[str, str]],
    now: datetime,
) -> list[Finding]:
    """One finding a place, gravest first. own: as `accounts` gives them."""
    found = [_finding(place, categories, (place.store, place.dataset) in own, now) for place in places]
    return sorted(found, key=lambda finding: (-finding.severity, -finding.confidence, finding.datasets))


def _place(
    place: tuple[str, str],
    held: list[Field],
    categories: Mapping[str, Category],
    known: Known,
    guarded: set[str],
) -> Misplaced:
    examined = known.examined.get(place)
    held.sort(key=lambda field: (-categories[field.category].sensitivity, -field.matched, field.field))
    fields = tuple(_field(field, examined, known, guarded) for field in held)
    dated = None if examined is None else examined.dated
    modified = None if examined is None else examined.modified
    seen = min((field.seen for field in fields if field.seen is not None), default=None)
    # Each of them is a moment at which it lay there already: the earliest says the most.
    since = [(moment, by) for moment, by in ((dated[1] if dated else None, "row dates"), (modified, "file date"),
             (seen, "first scan")) if moment is not None]  # fmt: skip
    earliest = min(since, default=(None, ""))
    return Misplaced(
        finding=finding_id(CHECK, *place),
        store=place[0],
        dataset=place[1],
        fields=fields,
        since=earliest[0],
        since_by=earliest[1],
        modified=modified,
        dated_by=dated[0] if dated else None,
        dated=(dated[1], dated[2]) if dated else None,
        vault_declared=known.vault_declared,
    )


def _field(field: Field, examined: Examined | None, known: Known, guarded: set[str]) -> MisplacedField:
    rows, estimated = _rows(field, examined)
    name = _name(field)
    shared = sorted(closest(name, known.copies), key=lambda copy: guarded.isdisjoint((copy.a, copy.b)))
    return MisplacedField(
        field=field.field,
        category=field.category,
        confidence=field.confidence,
        matched=field.matched,
        scanned=field.scanned,
        rows=rows,
        estimated=estimated,
        seen=known.seen.get((field.store, field.dataset, field.field, field.category)),
        copies=tuple(shared[:_FEW]),
    )


def _rows(field: Field, examined: Examined | None) -> tuple[int | None, bool]:
    """How many rows hold it, and whether that is an estimate."""
    if examined is None or many(field.field):
        return None, False  # a row may hold many values of a list
    looked = examined.rows_read
    if field.scanned <= SAMPLE_ROWS < looked and any("sample" in reason for reason in field.reasons):
        looked = SAMPLE_ROWS
    if examined.rows_total is None:
        return None, False
    if looked >= examined.rows_total:
        return field.matched, False
    return round(field.matched * examined.rows_total / looked) if looked else None, True


def _finding(place: Misplaced, categories: Mapping[str, Category], own: bool, now: datetime) -> Finding:
    held = place.fields
    titles = list(dict.fromkeys(_in_prose(categories[field.category].title) for field in held))
    flags = [flag for flag in _FLAGS if any(flag in categories[field.category].flags for field in held)]
    severity = max(categories[field.category].sensitivity for field in held)
    confidence = max(field.confidence for field in held)
    said = list(_sentences(place, categories, flags))
    if own and all(categories[field.category].fides == _PASSWORD for field in held):
        # An application must keep its own accounts' passwords somewhere; an export of them is another matter.
        severity = min(severity, _MEDIUM)
        said.append("It seems to be an application's own table of accounts, which needs them.")
    if not place.vault_declared:
        confidence = round(_UNDECLARED * confidence, 2)
        said.append("No vault is declared anywhere, so that this may be the rightful place.")
    touched = place.touched
    return Finding(
        id=place.finding,
        check=CHECK,
        title=f"{_listed(titles[:3])} in {place.full_name}, outside a vault",
        severity=severity,
        confidence=confidence,
        # Whoever touches a table in daily work is not accused by what lies in it: the names stand in the reason.
        actors=(),
        parties=(),
        clients=(),
        keys=(),
        subjects=0,
        first=touched.first if touched is not None else None,
        last=touched.last if touched is not None else None,
        raised=min((field.seen for field in held if field.seen is not None), default=now),
        reason=" ".join(said),
        evidence=(),
        touches=touched.count if touched is not None else 0,
        tip=_tip(place, flags),
        blind_spots=_BLIND_SPOTS,
        datasets=(place.full_name,),
    )


def _sentences(place: Misplaced, categories: Mapping[str, Category], flags: list[str]) -> Iterator[str]:
    named = [_cells(field, categories) for field in place.fields[:_FEW]]
    if len(place.fields) > _FEW:
        named.append(f"and {len(place.fields) - _FEW} more fields")
    yield f"{place.full_name} is not declared as a vault and holds {'; '.join(named)}."
    why = " and ".join(_FLAGS[flag][1] for flag in flags)
    yield f"{why[0].upper()}{why[1:]}."
    if place.since is not None:
        by = {
            "row dates": f"the first date in its column {place.dated_by}",
            "file date": "the file's own date",
            "first scan": "the first scan that saw it",
        }[place.since_by]
        yield f"It lies there since {_day(place.since)} or longer, by {by}."
    copied = [f"{_copied(place, field, field.copies[0])}" for field in place.fields if field.copies]
    if copied:
        yield f"Copies: {'; '.join(copied[:_FEW])}."
    yield from _touches(place)


def _touches(place: Misplaced) -> Iterator[str]:
    touched = place.touched
    if touched is None:
        return
    if touched.count:
        since = "Since then" if place.since is not None else "So far"
        times = "1 touch" if touched.count == 1 else f"{touched.count:,} touches"
        actors = "1 actor" if touched.actors == 1 else f"{touched.actors:,} actors"
        named = [f"{one.actor} ({one.touches:,}, the last on {_day(one.last)})" for one in touched.by[:_ACTORS]]
        more = f" and {touched.actors - len(named):,} more" if touched.actors > len(named) else ""
        yield f"{since} the logs tell of {times} by {actors}: {', '.join(named)}{more}."
    elif touched.watched:
        yield "No touch of it is in the logs since then."
    else:
        yield f"No log tells of {place.store}, so that nobody knows who touched it."


def _cells(field: MisplacedField, categories: Mapping[str, Category]) -> str:
    title = _in_prose(categories[field.category].title)
    told = f"{title} in {field.matched:,} of {field.scanned:,} cells of {field.field} that were read"
    return f"{told} (some {field.rows:,} rows in all)" if field.estimated and field.rows is not None else told


def _copied(place: Misplaced, field: MisplacedField, copy: Copy) -> str:
    """Where the data seems to come from, or went to."""
    if copy.a == f"{place.full_name}.{field.field}":
        return f"{copy.said} of the values of {field.field} stand in {copy.b} as well"
    return f"{field.field} holds {copy.said} of the values of {copy.a}"


def _tip(place: Misplaced, flags: list[str]) -> str:
    first = f"find out who needs {place.full_name}; remove what nobody needs"
    if not place.vault_declared:
        first = f"declare where such data may live under stores.NAME.vault; then {first}"
    if "credential" in flags:
        return f"{first}, replace what may have been read, and keep of passwords only salted hashes"
    return f"{first}, move the rest to a vault, and declare vaults under stores.NAME.vault"


def _name(field: Field) -> str:
    return f"{field.store}.{field.dataset}.{field.field}"


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _listed(words: list[str]) -> str:
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return text[:1].upper() + text[1:]


def _in_prose(title: str) -> str:
    """A category's title inside a sentence: `e-mail address`, but `AWS access key id`."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
