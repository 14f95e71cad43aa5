"""Do categories arrive where the data flows, and stop where it is made anonymous?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from custodes.datamap.lineage.edges import Edge, Ref
from custodes.datamap.lineage.propagate import DEFAULT, propagate
from custodes.datamap.lineage.trace import trace
from custodes.records.field import Field


def held(dataset: str, field: str, category: str = "email", confidence: float = 0.9, store: str = "shop") -> Field:
    return Field(store, dataset, field, category, confidence, 10, 10)


def arrived(sql: str, *fields: Field, anonymisers: frozenset[str] = DEFAULT) -> dict[str, Field]:
    edges = trace(sql, dialect="postgres", file="jobs.sql").edges
    found = propagate(fields or [held("people", "mail")], edges, store="shop", anonymisers=anonymisers)
    return {f"{field.dataset}.{field.field}:{field.category}": field for field in found}


def test_a_category_travels_over_statements_and_tells_its_way() -> None:
    """Each step of the chain is told, nearest to the source first."""
    found = arrived(
        "create view v as select lower(mail) as m from people; create table t as select m as contact from v"
    )
    assert set(found) == {"v.m:email", "t.contact:email"}
    last = found["t.contact:email"]
    assert (last.confidence, last.matched, last.scanned) == (0.9, 0, 0)
    assert last.reasons == (
        "people.mail flows into v.m through lower by jobs.sql, statement 1",
        "v.m flows into t.contact by jobs.sql, statement 2",
    )


def test_it_stops_at_figures_keyed_hashes_and_constants() -> None:
    """Counts, averages, HMACs and written-out values hold nobody's address."""
    assert not arrived(
        "create table t as select count(mail) as n, avg(length(mail)) as l, hmac(mail, 'k', 'sha256') as h, 'x' as c "
        "from people group by mail"
    )


def test_it_does_not_stop_at_a_plain_hash_or_a_maximum() -> None:
    """Who knows the address can compute its hash; a maximum is one of the values."""
    assert set(arrived("create table t as select md5(mail) as h, max(mail) as m from people")) == {
        "t.h:email",
        "t.m:email",
    }


def test_one_way_around_the_anonymiser_is_enough() -> None:
    """Only what all ways of a value pass can stop it."""
    assert set(arrived("create table t as select count(mail) || min(mail) as both from people")) == {"t.both:email"}


def test_own_masking_functions_can_be_declared() -> None:
    """The owner knows what `mask_mail` does; we do not."""
    sql = "create table t as select mask_mail(mail) as m from people"
    assert set(arrived(sql)) == {"t.m:email"}
    assert not arrived(sql, anonymisers=DEFAULT | {"mask_mail"})


def test_indirect_edges_carry_nothing() -> None:
    """A condition on an address does not put addresses into the result."""
    assert not arrived("create table t as select id from people where mail like 'a%'")


def test_a_star_keeps_the_names_and_a_named_target_halves_the_confidence() -> None:
    """`SELECT *` from an undescribed table keeps names; into a named column it may be any of them."""
    found = arrived("insert into copy select * from people; insert into other (a) select * from people")
    assert found["copy.mail:email"].confidence == 0.9
    assert found["other.a:email"].confidence == 0.45
    assert "not known" in found["other.a:email"].reasons[0]


def test_what_leaves_the_database_is_told_by_its_address() -> None:
    """An export is a place like any other."""
    assert set(arrived("copy (select mail from people) to 's3://bucket/out.csv'")) == {"s3://bucket/out.csv.mail:email"}


def test_names_are_matched_to_the_data_map_without_case_and_database() -> None:
    """The SQL says `Shop.Public.People`, the data map `public.people`."""
    found = arrived("insert into public.copy select MAIL from shop.public.People", held("public.people", "mail"))
    assert set(found) == {"public.copy.mail:email"}


def test_known_verdicts_and_other_stores_are_left_alone() -> None:
    """What the scan says already is not said again; fields of other stores do not meet this store's SQL."""
    sql = "create table t as select mail from people"
    assert not arrived(sql, held("people", "mail"), held("t", "mail"))
    assert not arrived(sql, held("people", "mail", store="crm"))


def test_circles_end() -> None:
    """Two tables that feed each other give one verdict each."""
    assert set(
        arrived(
            "insert into a (x) select mail from people; insert into b (x) select x from a;"
            "insert into a (x) select x from b"
        )
    ) == {
        "a.x:email",
        "b.x:email",
    }


places = st.builds(Ref, st.sampled_from("abcd"), st.sampled_from("xyz*"))
some_edges = st.lists(
    st.builds(
        Edge,
        st.just("f"),
        st.integers(1, 3),
        places,
        places,
        st.sampled_from(["direct", "indirect"]),
        st.just(frozenset[str]()),
    ),
    max_size=12,
)


@given(some_edges, st.randoms())
def test_the_order_of_edges_does_not_matter(edges: list[Edge], rng: object) -> None:
    """A pure function of what is known, not of how it was read."""
    shuffled = list(edges)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands over a random.Random
    fields = [held("a", "x"), held("b", "y", "phone")]
    assert propagate(fields, edges, store="shop") == propagate(fields, shuffled, store="shop")


@given(some_edges)
def test_more_edges_never_take_a_verdict_away(edges: list[Edge]) -> None:
    """Learning of another flow can only add places."""
    fields = [held("a", "x")]

    def found(some: list[Edge]) -> set[tuple[str, str]]:
        return {(field.dataset, field.field) for field in propagate(fields, some, store="shop")}

    assert found(edges[: len(edges) // 2]) <= found(edges)
