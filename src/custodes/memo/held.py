"""What customer data is held, where does it lie, and where should it not be?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from custodes.memo import sources
from custodes.memo.sentence import Figure, Paragraph, Sentence, count, day, in_prose, listed, name, say, share
from custodes.records import Field, Misplaced, Overview
from custodes.risk.measures import category_of, misplaced

RUINOUS = 5  # Category.sensitivity


def protect(overview: Overview, company: str) -> tuple[Paragraph, ...]:
    """What the memo is about, what was read, and how much of it is about people."""
    intro = say(
        "Custodes is the system by which {company} watches how its own staff and partners use the data of its "
        "customers. It reads the stores where data is kept, reads the logs that say who touched it, and seals what it "
        "read in a ledger: a list that can be added to, but in which nothing can be altered unnoticed. Figures carry "
        "a footnote that says where they come from, and the appendix says how anybody can check them.",
        company=company,
    )
    if not overview.examined:
        nothing = say(
            "No data store was read, so this memo cannot say what customer data {company} holds or where it lies. "
            "That is not the same as holding none.",
            company=company,
            sources=[sources.gaps(overview)],
        )
        return ((intro,), (nothing,))
    source = [sources.data_map(overview)]
    stores = {one.store for one in overview.examined}
    read = say(
        "Custodes read {datasets} in {stores}.",
        datasets=count("datasets", len(overview.examined), "dataset (a table or file)", "datasets (tables and files)"),
        stores=count("stores", len(stores), "store"),
        sources=source,
    )
    if not overview.fields:
        none = say(
            "It found no personal data in what it read. The section “What we could not see” says what that leaves out.",
            sources=source,
        )
        return ((intro,), (read, none))
    return ((intro,), (read, *_held(overview, source)))


def _held(overview: Overview, source: list[str]) -> Iterable[Sentence]:
    fields = overview.fields
    places = {(field.store, field.dataset) for field in fields}
    kinds = {field.category for field in fields}
    yield say(
        "Personal data lies in {fields} of {places} and is of {kinds}"
        + (": {common}." if len(kinds) == 1 else ", the most frequent being {common}."),
        fields=count("fields", len(fields), "field"),
        places=count("personal_datasets", len(places), "dataset"),
        kinds=count("kinds", len(kinds), "kind"),
        common=_kinds(overview, fields, 4),
        sources=source,
    )
    ruinous = [field for field in fields if category_of(overview, field).sensitivity == RUINOUS]
    if ruinous:
        yield say(
            "Of these, {ruinous} {hold} data that can ruin a person when it leaks ({kinds}).",
            ruinous=count("ruinous_fields", len(ruinous), "field"),
            hold="holds" if len(ruinous) == 1 else "hold",
            kinds=_kinds(overview, ruinous, 4),
            sources=source,
        )


def where(overview: Overview, most: int) -> tuple[Paragraph, ...]:
    """Store by store, then what lies outside a vault, then what lies twice."""
    if not overview.examined:
        return ((say("Nothing was read, so nothing can be said about where customer data lies."),),)
    source = [sources.data_map(overview)]
    if not overview.fields:
        return ((say("No personal data was found in what was read, so there is no place to name.", sources=source),),)
    paragraphs = [tuple(_stores(overview, most, source)), _misplaced(overview, most, source)]
    if overview.copies:
        paragraphs.append(_copies(overview, most, source))
    return tuple(paragraphs)


def _stores(overview: Overview, most: int, source: list[str]) -> Iterable[Sentence]:
    by_store: dict[str, list[Field]] = {}
    for field in overview.fields:
        by_store.setdefault(field.store, []).append(field)
    ranked = sorted(by_store.items(), key=lambda item: (-len(item[1]), item[0]))
    for rank, (store, fields) in enumerate(ranked[:most]):
        datasets = len({field.dataset for field in fields})
        yield say(
            "The store “{store}” holds personal data in {fields} of {datasets}, chiefly {kinds}."
            if rank == 0
            else "The store “{store}” holds it in {fields} of {datasets}, chiefly {kinds}.",
            store=name(store),
            fields=count(f"store.{store}.fields", len(fields), "field"),
            datasets=count(f"store.{store}.datasets", datasets, "dataset"),
            kinds=_kinds(overview, fields, 3),
            sources=source,
        )
    left = len(ranked) - most
    if left > 0:
        yield say(
            "The rest lies in {stores}.",
            stores=count("stores_not_told", left, "more store"),
            sources=source,
        )
    empty = {one.store for one in overview.examined} - set(by_store)
    if empty:
        yield say(
            "In {stores} that {was} read, no personal data was found.",
            stores=count("stores_without", len(empty), "store"),
            was="was" if len(empty) == 1 else "were",
            sources=source,
        )


def _misplaced(overview: Overview, most: int, source: list[str]) -> Paragraph:
    rule = (
        "Payment cards, credentials and specially protected data (such as health or faith) belong in a vault: a store "
        "that the owner has declared as guarded for them. "
    )
    fields = misplaced(overview)
    if not fields:
        held = [field for field in overview.fields if category_of(overview, field).needs_vault]
        if not held:
            return (say(rule + "No such data was found in what was read.", sources=source),)
        return (
            say(
                rule + "Of that kind {inside} {was} found, {each}in a vault.",
                inside=count("vault_fields", len(held), "field"),
                was="was" if len(held) == 1 else "were",
                each="" if len(held) == 1 else "each ",
                sources=source,
            ),
        )
    ranked = sorted(fields, key=lambda one: (-category_of(overview, one).sensitivity, *_place(one)))
    places = [f"{field.store}.{field.dataset}.{field.field}" for field in ranked]
    datasets = len({(field.store, field.dataset) for field in fields})
    sentences = [
        say(
            rule + "Outside a vault, {fields} of {datasets} {hold} such data: {kinds}.",
            fields=count("misplaced_fields", len(fields), "field"),
            datasets=count("misplaced_datasets", datasets, "dataset"),
            hold="holds" if len(fields) == 1 else "hold",
            kinds=_kinds(overview, fields, 4),
            sources=source,
        ),
        say(
            "The {place} {places}.", place="place is" if len(places) == 1 else "places are", places=listed(places, most)
        ),
    ]
    worst = ranked[0]
    if worst.scanned:
        key = "worst_misplaced"
        sentences.append(
            say(
                "In “{place}”, {matched} of {scanned} that {was} read ({share}) {fit} the kind.",
                place=name(places[0]),
                matched=Figure(f"{key}.matched", worst.matched, f"{worst.matched:,}"),
                scanned=count(f"{key}.scanned", worst.scanned, "value"),
                was="was" if worst.scanned == 1 else "were",
                share=share(f"{key}.share", worst.matched, worst.scanned),
                fit="fits" if worst.matched == 1 else "fit",
                sources=source,
            )
        )
    place = next((one for one in overview.misplaced if (one.store, one.dataset) == (worst.store, worst.dataset)), None)
    if place is not None:
        sentences.extend(_history(place, worst, source))
    if not overview.vaults:
        sentences.append(say("No store or dataset is declared as a vault, so that the right place may be among these."))
    return tuple(sentences)


_SINCE: Final = {
    "row dates": "by the earliest date in its rows",
    "file date": "by the date of the file",
    "first scan": "by the first scan that saw it",
}


def _history(place: Misplaced, worst: Field, source: list[str]) -> Iterable[Sentence]:
    """Since when the gravest of it lies there, what it is a copy of, and who has touched it since."""
    key = "worst_misplaced"
    if place.since is not None:
        yield say(
            "It has lain there since {since} or longer, {by}.",
            since=day(f"{key}.since", place.since),
            by=_SINCE[place.since_by],
            sources=source,
        )
    copied = next((one.copies[0] for one in place.fields if one.field == worst.field and one.copies), None)
    if copied is not None:
        mine = f"{place.full_name}.{worst.field}" == copied.a
        yield say(
            "Of its values, {share} stand in “{other}” as well."
            if mine
            else "It holds {share} of what “{other}” holds.",
            share=Figure(f"{key}.copied", 100 * copied.containment, f"up to {100 * copied.containment:.0f}%"),
            other=name(copied.b if mine else copied.a),
            sources=source,
        )
    touched = place.touched
    if touched is not None and touched.count:
        yield say(
            "Since then the logs tell of {touches} of it by {actors}: {who}.",
            touches=count(f"{key}.touches", touched.count, "touch", "touches"),
            actors=count(f"{key}.actors", touched.actors, "person, service or key", "people, services and keys"),
            who=listed([one.actor for one in touched.by], 3),
            sources=source,
        )
    elif touched is not None:
        yield say(
            "The logs tell of no touch of it since then."
            if touched.watched
            else "No log tells of that store, so that nobody can say who has touched it."
        )


def _copies(overview: Overview, most: int, source: list[str]) -> Paragraph:
    ranked = sorted(overview.copies, key=lambda copy: (-copy.containment, copy.a, copy.b))
    pairs = [f"{name(copy.a)} in {name(copy.b)}" for copy in ranked]
    closest = 100 * ranked[0].containment
    return (
        say(
            "Data also lies more than once: in {pairs} of fields the values of the one are found in the other, which "
            "means that access, erasure and leaks concern both.",
            pairs=count("copies", len(ranked), "pair"),
            sources=source,
        ),
        # Each pair is two names that are already cut.
        say(
            "The closest {pair} ({share} of the values).",
            pair=f"is {pairs[0]}" if len(pairs) == 1 or most < 2 else f"are {pairs[0]}, and {pairs[1]}",
            share=Figure("copies.closest", closest, f"up to {closest:.0f}%"),
            sources=source,
        ),
    )


def _kinds(overview: Overview, fields: Iterable[Field], most: int) -> str:
    fields = list(fields)
    titles = {field.category: category_of(overview, field).title for field in fields}
    tally = Counter(field.category for field in fields)
    ranked = sorted(tally, key=lambda kind: (-tally[kind], kind))
    return listed([in_prose(titles[kind]) for kind in ranked], most, more="more")


def _place(field: Field) -> tuple[str, str, str]:
    return field.store, field.dataset, field.field
