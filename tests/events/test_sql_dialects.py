"""Are statements of MariaDB, Snowflake and BigQuery understood as well as PostgreSQL's?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.events.sql_dialects import BIGQUERY, MYSQL, POSTGRES, SNOWFLAKE, Dialect
from custodes.events.sql_slots import slotted
from custodes.events.sql_statements import Statements
from custodes.events.unfit import Unfit

WORDS = (
    *("select", "from", "where", "customers", "customer_id", "union", "with", "as", "join", "on", "5", "=", "in", "("),
    *(")", ",", "*", ";", "`", '"', "'", "\\", "/*", "*/", "/*!", "--", "#", "$$", "@x", ":1", "?", "\n", "é"),
)
NOTHING: Mapping[str, str | None] = {}


def told(dialect: Dialect, sql: str, bound: Mapping[str, str | None] = NOTHING, schema: str | None = None) -> list[str]:
    """`read shop.customers email customer:5` per touch."""
    seen = Statements(dialect=dialect).seen(sql, bound, schema)
    return [
        " ".join(
            filter(
                None, (one.touch.action, one.touch.dataset, ",".join(one.touch.fields), one.subject or one.touch.object)
            )
        )
        for one in seen
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select `email` from customers where customer_id = 5", ["read shop.customers email customer:5"]),
        ('select email from other.customers where customer_id = "5"', ["read other.customers email customer:5"]),
        (
            "select email from customers where name = 'O\\'Brien' -- x",
            ["read shop.customers email customers where name = ?"],
        ),
        ("select 1 /*! , email from customers */", ["read shop.customers email"]),
        (
            "replace into customers (customer_id, email) values (5, 'x')",
            ["create shop.customers customer_id,email customer:5"],
        ),
        (
            "delete from customers where customer_id in (5, 6)",
            ["delete shop.customers * customer:5", "delete shop.customers * customer:6"],
        ),
        (
            "update customers c join orders o on o.customer_id = c.id set c.email = 'x' where c.customer_id = 5",
            ["update shop.customers email customer:5", "read shop.orders customer:5"],
        ),
        ("select * from customers limit 10 offset 5", ["read shop.customers *"]),
        ("select email into outfile '/tmp/x' fields terminated by ',' from customers", ["export shop.customers email"]),
        ("load data infile '/tmp/x' into table customers", ["create shop.customers *"]),
        ("grant select on shop.customers to 'nosy'@'%'", ["grant shop.customers select to nosy@%"]),
        ("truncate table customers", ["delete shop.customers *"]),
        ("show tables", []),
        ("use shop", []),
        ("set @x = 5", []),
        ("select table_name from information_schema.tables", []),
        ("select authentication_string from mysql.user", ["read mysql.user authentication_string"]),
    ],
)
def test_mariadb(sql: str, expected: list[str]) -> None:
    """Backticks, double quotes as texts, comments that are run, its own statements."""
    assert told(MYSQL, sql, schema="shop") == expected


def test_nameless_parameters_are_bound_in_order() -> None:
    """The second question mark is the second value."""
    sql = "select email from customers where name = ? and customer_id = ?"
    assert told(MYSQL, sql, {"?1": "x", "?2": "5"}, "shop") == ["read shop.customers email customer:5"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT EMAIL FROM CUSTOMERS WHERE CUSTOMER_ID = 5", ["read shop.public.customers EMAIL customer:5"]),
        ('select email from SHOP.CRM."Odd" where customer_id = $$5$$', ["read shop.crm.Odd email customer:5"]),
        ("select v:id::string from raw where customer_id = :1", ["read shop.public.raw v customer:9"]),
        ("copy into @stage/x from (select email from customers)", ["export shop.public.customers email"]),
        ("copy into 's3://bucket/x' from customers", ["export shop.public.customers *"]),
        ("copy into customers from @stage", ["create shop.public.customers *"]),
        (
            "merge into customers c using news n on c.customer_id = n.id when matched then update set email = n.email",
            ["update shop.public.customers email", "read shop.public.news"],
        ),
        (
            "create table copy_of as select email from customers",
            ["create shop.public.copy_of *", "read shop.public.customers email"],
        ),
        ("use role analyst", []),
        ("show tables", []),
    ],
)
def test_snowflake(sql: str, expected: list[str]) -> None:
    """Three-part names, dollar quotes, paths into values, stages."""
    assert told(SNOWFLAKE, sql, {":1": "9"}, "shop.public") == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select email from shop.customers where customer_id = 5", ["read shop.customers email customer:5"]),
        ("select email from `p1.shop.customers` where customer_id = @who", ["read p1.shop.customers email customer:9"]),
        (
            'select email from `p1`.shop.customers where name = """a"b""" # x',
            ["read p1.shop.customers email customers where name = ?"],
        ),
        (
            "export data options(uri='gs://x/*', format='CSV') as select email from shop.customers",
            ["export shop.customers email"],
        ),
        ("insert into shop.customers (customer_id) values (5)", ["create shop.customers customer_id customer:5"]),
        ("select * except (email) from shop.customers where customer_id = r'5'", ["read shop.customers * customer:5"]),
    ],
)
def test_bigquery(sql: str, expected: list[str]) -> None:
    """Backticked names, texts in any quotes, named parameters, exports."""
    assert told(BIGQUERY, sql, {"@who": "9"}) == expected


@pytest.mark.parametrize("dialect", [POSTGRES, MYSQL, SNOWFLAKE, BIGQUERY], ids=lambda one: one.name)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_text_is_understood_or_refused(dialect: Dialect, data: st.DataObject) -> None:
    """No other error, and no value of a text ever stands in what is kept of its shape."""
    words = st.sampled_from(WORDS)
    sql = data.draw(st.lists(words, max_size=25).map(" ".join) | st.text(max_size=60))
    slots = slotted(sql, {}, dialect=dialect)
    assert len(slots.values) == slots.sql.count("~") // 2 or "~" in sql
    with suppress(Unfit):
        Statements(dialect=dialect).seen(sql, {})
