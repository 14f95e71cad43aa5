"""What lies where it must not? Cards, credentials and special categories of data outside a declared vault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from custodes.records import Category, Field, Finding, finding_id

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
)
_MEDIUM: Final = 3
_PASSWORD: Final = "user.authorization.password"  # noqa: S105 - a fideslang key, no password
_WHOSE: Final = ("user.account", "user.contact.email")  # beside a password these make a table of accounts
_FILES: Final = (".csv", ".tsv", ".tab", ".psv", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".gz")
_FEW: Final = 6  # fields named in a sentence


def misplaced(
    fields: Iterable[Field],
    categories: Mapping[str, Category],
    vault: Callable[[str, str], bool],
    now: datetime,
    copies: Iterable[tuple[str, str, float]],
) -> list[Finding]:
    """One finding for each dataset outside a vault that holds what belongs into one, gravest first.

    vault: whether (store, dataset) is declared as one. now: when it is seen; the caller keeps the time a finding
    of the same id was first raised. copies: (field a, field b, containment) as `datamap.copies` gives them.
    A field of a category that is not among `categories` cannot be judged and is passed over.
    """
    places: dict[tuple[str, str], list[Field]] = {}
    accounts: set[tuple[str, str]] = set()
    for field in fields:
        category = categories.get(field.category)
        if category is not None and category.fides.startswith(_WHOSE) and not field.dataset.lower().endswith(_FILES):
            accounts.add((field.store, field.dataset))
        if category is not None and category.needs_vault and not vault(field.store, field.dataset):
            places.setdefault((field.store, field.dataset), []).append(field)
    known_copies = tuple(copies)
    found = []
    for place, held in sorted(places.items()):
        finding = _finding(place, held, categories, now, known_copies)
        if place in accounts and all(categories[field.category].fides == _PASSWORD for field in held):
            # An application must keep its own accounts' passwords somewhere; an export of them is another matter.
            finding = replace(
                finding,
                severity=min(finding.severity, _MEDIUM),
                reason=f"{finding.reason} It seems to be an application's own table of accounts, which needs them.",
            )
        found.append(finding)
    return sorted(found, key=lambda finding: (-finding.severity, -finding.confidence, finding.datasets))


def _finding(
    place: tuple[str, str],
    held: list[Field],
    categories: Mapping[str, Category],
    now: datetime,
    copies: tuple[tuple[str, str, float], ...],
) -> Finding:
    store, dataset = place
    full_name = f"{store}.{dataset}"
    ordered = sorted(held, key=lambda field: (-categories[field.category].sensitivity, -field.matched, field.field))
    titles = list(dict.fromkeys(_in_prose(categories[field.category].title) for field in ordered))
    flags = [flag for flag in _FLAGS if any(flag in categories[field.category].flags for field in held)]
    named = [_cells(field, categories) for field in ordered[:_FEW]]
    if len(ordered) > _FEW:
        named.append(f"and {len(ordered) - _FEW} more fields")
    why = " and ".join(_FLAGS[flag][1] for flag in flags)
    reason = f"{full_name} is not declared as a vault and holds {'; '.join(named)}. {why[0].upper()}{why[1:]}."
    if told := _copied(full_name, ordered, copies):
        reason += f" {told}"
    return Finding(
        id=finding_id(CHECK, store, dataset),
        check=CHECK,
        title=f"{_listed(titles[:3])} in {full_name}, outside a vault",
        severity=max(categories[field.category].sensitivity for field in held),
        confidence=max(field.confidence for field in held),
        actors=(),
        parties=(),
        clients=(),
        keys=(),
        subjects=0,
        first=None,
        last=None,
        raised=now,
        reason=reason,
        evidence=(),
        touches=0,
        tip=_tip(full_name, flags),
        blind_spots=_BLIND_SPOTS,
        datasets=(full_name,),
    )


def _cells(field: Field, categories: Mapping[str, Category]) -> str:
    title = _in_prose(categories[field.category].title)
    return f"{title} in {field.matched:,} of {field.scanned:,} cells of {field.field} that were read"


def _copied(full_name: str, held: list[Field], copies: tuple[tuple[str, str, float], ...]) -> str:
    """Where the data seems to come from, or went to: the closest copy of each field."""
    told = []
    for field in held:
        name = f"{full_name}.{field.field}"
        pairs = [(share, other) for a, b, share in copies for one, other in ((a, b), (b, a)) if one == name]
        if pairs:
            share, other = max(pairs, key=lambda pair: (pair[0], pair[1]))
            told.append(f"{field.field} shares {share:.0%} of the smaller side's values with {other}")
    return f"Copies: {'; '.join(told[:_FEW])}." if told else ""


def _tip(full_name: str, flags: list[str]) -> str:
    first = f"find out who needs {full_name}; remove what nobody needs"
    if "credential" in flags:
        return f"{first}, replace what may have been read, and keep of passwords only salted hashes"
    return f"{first}, move the rest to a vault, and declare vaults under stores.NAME.vault"


def _listed(words: list[str]) -> str:
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return text[:1].upper() + text[1:]


def _in_prose(title: str) -> str:
    """A category's title inside a sentence: `e-mail address`, but `AWS access key id`."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
