"""Which tables, columns and customers does a statement touch, and is no value of it kept?"""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.events.sql_plan import Planner
from custodes.events.sql_slots import parameters, slotted
from custodes.events.sql_subjects import Subjects
from custodes.events.unfit import Unfit

Told = tuple[list[tuple[str, str, tuple[str, ...]]], list[str]]


def told(
    sql: str, detail: str = "", subjects: dict[str, str] | None = None, columns: dict[str, list[str]] | None = None
) -> Told:
    statement = slotted(sql, parameters(detail))
    plans = Planner(Subjects(subjects), columns or {}).plans(statement.sql)
    touches: list[tuple[str, str, tuple[str, ...]]] = [
        (touch.action, touch.dataset, touch.fields) for plan in plans for touch in plan.touches
    ]
    return touches, [name for plan in plans for wanted in plan.subjects for name in wanted.ids(statement.values)]


@pytest.mark.parametrize(
    ("sql", "touches", "subjects"),
    [
        ("select email from customer where customer_id = 5", [("read", "public.customer", ("email",))], ["customer:5"]),
        ("TABLE customer", [("read", "public.customer", ("*",))], []),
        ('select "E" from crm."Customers" where ID = \'7\'', [("read", "crm.Customers", ("E",))], ["customer:7"]),
        ("select * from users where id in (1, 2)", [("read", "public.users", ("*",))], ["user:1", "user:2"]),
        (
            "select * from users u where u.id = any(array[1, 2]::int[])",
            [("read", "public.users", ("*",))],
            ["user:1", "user:2"],
        ),
        ("select * from users where id = any('{1,2}')", [("read", "public.users", ("*",))], ["user:1", "user:2"]),
        (
            "select x from t where customer_id = 1 or customer_id = 2",
            [("read", "public.t", ("x",))],
            ["customer:1", "customer:2"],
        ),
        ("select x from t where customer_id = 1 or y = 2", [("read", "public.t", ("x",))], []),
        ("select x from t where not (customer_id = 1)", [("read", "public.t", ("x",))], []),
        ("select count(*) from customer", [("read", "public.customer", ())], []),
        ("select c from customer c", [("read", "public.customer", ("*",))], []),
        (
            "select c.email, a.* from customer c left join shop.address a on a.id = c.address_id where c.id = 3",
            [("read", "public.customer", ("email",)), ("read", "shop.address", ("*",))],
            ["customer:3"],
        ),
        (
            "with late as (select email from customer where customer_id = 4) select * from late",
            [("read", "public.customer", ("email",))],
            ["customer:4"],
        ),
        (
            "select name from film where exists (select 1 from rental r where r.film_id = film.id)",
            [("read", "public.film", ("name",)), ("read", "public.rental", ())],
            [],
        ),
        ("select a from x union all select b from y", [("read", "public.x", ("a",)), ("read", "public.y", ("b",))], []),
        (
            "insert into note (customer_id, text) values (8, 'hello'), (9, 'you') returning note_id",
            [("create", "public.note", ("customer_id", "text", "note_id"))],
            ["customer:8", "customer:9"],
        ),
        (
            "update customer set email = 'x', phone = null where customer_id = 5",
            [("update", "public.customer", ("email", "phone"))],
            ["customer:5"],
        ),
        ("delete from customer where customer_id = 5", [("delete", "public.customer", ("*",))], ["customer:5"]),
        ("truncate table a, b", [("delete", "public.a", ("*",)), ("delete", "public.b", ("*",))], []),
        ("copy (select email from customer) to stdout", [("export", "public.customer", ("email",))], []),
        ("COPY crm.customer (id, email) TO '/tmp/x'", [("export", "crm.customer", ("id", "email"))], []),
        ("copy customer from stdin", [("create", "public.customer", ("*",))], []),
        (
            "create table mine as select email from customer",
            [("create", "public.mine", ("*",)), ("read", "public.customer", ("email",))],
            [],
        ),
        (
            "select * into mine from customer",
            [("create", "public.mine", ("*",)), ("read", "public.customer", ("*",))],
            [],
        ),
        ("create view v as select * from customer", [("create", "public.v", ("*",))], []),
        ("create materialized view v as select * from customer with no data", [("create", "public.v", ("*",))], []),
        ("create materialized view v as select * from customer", [("create", "public.v", ("*",))], []),
        (
            "create table mine as select email from customer with data",
            [("create", "public.mine", ("*",)), ("read", "public.customer", ("email",))],
            [],
        ),
        (
            "select email from customer tablesample system (0.5) repeatable (1) where id = 3",
            [("read", "public.customer", ("email",))],
            ["customer:3"],
        ),
        ("select c.a from x as c TABLESAMPLE bernoulli(10)", [("read", "public.x", ("a",))], []),
        ('select "a tablesample system (1)" from t', [("read", "public.t", ("a tablesample system (1)",))], []),
        ("grant select on customer to bob", [("grant", "public.customer", ())], []),
        ("revoke all on table crm.customer from bob", [("revoke", "crm.customer", ())], []),
        ("grant admin to bob with admin option", [("grant", "", ())], []),
        ("grant select on all tables in schema crm to bob", [("grant", "", ())], []),
        ("create role eve superuser password 'made-up'", [("grant", "", ())], []),
        ("alter table crm.customer owner to eve", [("grant", "crm.customer", ())], []),
        ("set role eve", [("login_as", "", ())], []),
        ("set search_path = x; begin; show all; commit", [], []),
        ("select * from pg_class c join pg_catalog.pg_namespace n on true", [], []),
        ("select rolpassword from pg_authid", [("read", "pg_catalog.pg_authid", ("rolpassword",))], []),
        ("explain select * from customer", [], []),
        (
            "explain (analyze, buffers) delete from customer where id = 1",
            [("delete", "public.customer", ("*",))],
            ["customer:1"],
        ),
        (
            "declare c no scroll cursor for select email from customer",
            [("read", "public.customer", ("email",))],
            [],
        ),
        (
            'SELECT "a" FROM "public"."t" WHERE ctid BETWEEN \'(0,0)\'::tid AND \'(9,0)\'::tid',
            [("read", "public.t", ("a",))],
            [],
        ),
        ("select 1 /* customer -- */; -- from customer\nselect $$from customer$$, e'\\'x', now()", [], []),
        ("select * from crm.lookup(5)", [("read", "crm.lookup", ("*",))], []),
    ],
)
def test_statements(sql: str, touches: list[tuple[str, str, tuple[str, ...]]], subjects: list[str]) -> None:
    """Tables, columns and customers as a reader of the statement would name them."""
    assert told(sql) == (touches, subjects)


def test_parameters_stand_for_values() -> None:
    """`$1` is what the detail says; what was not logged names nobody."""
    sql = "select a, b from t where customer_id = $1 and b = $2"
    assert told(sql, "parameters: $1 = '5', $2 = 'O''Brien'")[1] == ["customer:5"]
    assert told(sql)[1] == []
    assert told("insert into t (x, customer_id) values ($1,$2)", "parameters: $1 = NULL, $2 = '6'")[1] == ["customer:6"]


def test_configured_subjects_replace_the_usual_ones() -> None:
    """The owner's columns count, and only those."""
    sql = "select x from orders where buyer = 5 and customer_id = 6"
    assert told(sql, subjects={"orders.buyer": "customer"})[1] == ["customer:5"]


def test_a_star_is_spelled_out_where_columns_are_known() -> None:
    """A column of a join goes to the table that has it."""
    columns = {"customer": ["id", "email"], "address": ["id", "phone"]}
    assert told("select * from customer", columns=columns)[0] == [("read", "public.customer", ("id", "email"))]
    touches, _ = told("select email, phone from customer join address on true", columns=columns)
    assert touches == [("read", "public.customer", ("email",)), ("read", "public.address", ("phone",))]


def test_the_shape_holds_no_value() -> None:
    """What is kept of a condition has question marks only."""
    secret = "Ada Example"
    sql = f"select * from customer where last_name = '{secret}' and born > '1970-01-01' and n in (1, 2, 3)"
    (plan,) = Planner(Subjects(None), {}).plans(slotted(sql, {}).sql)
    assert plan.shape == "last_name = ? AND born > ? AND n IN (?, ...)"
    assert secret not in repr(plan)


@pytest.mark.parametrize(
    "sql",
    [
        "do $$ begin end $$",
        "selec * from customer",
        "select (" + "(" * 400,
        "select * from a" + " join b" * 300,
        "explain analyze " * 5000,
        "select " + "not " * 5000,
        "fly me to the moon",
    ],
)
def test_what_is_not_understood_is_said(sql: str) -> None:
    """No guess."""
    with pytest.raises(Unfit, match="statement"):
        told(sql)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("select", "*", "from", "customer", "where", "id", "=", "5", "'x'", "(", ")", ",", ";", "$1", "$$"),
                *("update", "set", "insert into", "values", "delete", "with", "as", "copy", "to", "grant", "on", "'"),
                *("execute", "\n", "union", '"', "--", "/*"),
            ]
        ),
        max_size=14,
    )
)
def test_any_text_is_understood_or_refused(words: list[str]) -> None:
    """Statements nobody would write raise Unfit at most."""
    with contextlib.suppress(Unfit):
        told(" ".join(words))


@given(st.text(max_size=60))
def test_slots_never_raise_and_hide_quoted_text(text: str) -> None:
    """Whatever stands between quotes is in the values, not in the statement."""
    marker = "hidden-value"
    quoted = "'" + marker + "'"
    assert marker not in slotted(f"select {quoted} ", {}).sql
    slotted(text, {})
    assert slotted(f"select {quoted}, {text}", {}).values[0] == marker
