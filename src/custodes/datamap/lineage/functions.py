"""What do functions in FROM give: unnested arrays, flattened JSON, files, foreign queries?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp
from sqlglot.errors import SqlglotError

from custodes.datamap.lineage import reads, stars
from custodes.datamap.lineage.edges import Ref
from custodes.datamap.lineage.flow import EMPTY, NOTHING, Flow, Output, Relation, open_output, union
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.outside import shown_path
from custodes.datamap.lineage.parse import Unparsed, parsed
from custodes.datamap.lineage.scope import Scope
from custodes.datamap.lineage.script import tokens_of

if TYPE_CHECKING:
    from custodes.datamap.lineage.query import Reader

#: The columns that a function in FROM gives when no alias renames them.
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "flatten": ("seq", "key", "path", "index", "value", "this"),
    "split_to_table": ("seq", "index", "value"),
    "openjson": ("key", "value", "type"),
    "string_split": ("value", "ordinal"),
    "json_each": ("key", "value", "type", "atom", "id", "parent", "fullkey", "path"),
    "json_tree": ("key", "value", "type", "atom", "id", "parent", "fullkey", "path"),
    "jsonb_each": ("key", "value"),
    "json_each_text": ("key", "value"),
    "jsonb_each_text": ("key", "value"),
    "json_array_elements": ("value",),
    "jsonb_array_elements": ("value",),
    "json_array_elements_text": ("value",),
    "jsonb_array_elements_text": ("value",),
    "explode": ("col",),
    "explode_outer": ("col",),
    "posexplode": ("pos", "col"),
    "posexplode_outer": ("pos", "col"),
}
#: Functions that read a file or an address given as their first argument.
_FILES: Final = frozenset([
    "read_csv", "read_csv_auto", "read_parquet", "parquet_scan", "read_json", "read_json_auto", "read_ndjson",
    "read_text", "read_blob", "s3", "s3cluster", "gcs", "url", "file", "hdfs", "azureblobstorage", "deltalake",
    "iceberg", "iceberg_scan", "delta_scan", "read_files", "cloud_files", "sqlite_scan",
])  # fmt: skip
_FOREIGN: Final = frozenset(["external_query", "openquery", "dblink", "query"])
_REMOTE: Final = frozenset(["remote", "remotesecure", "mysql", "postgresql", "cluster", "clusterallreplicas", "merge"])
_TABLE: Final = frozenset(["table", "lateral", "the"])
_DICTIONARY: Final = "dictget"


def relation(
    node: exp.Expr, alias: exp.Expr | None, scope: Scope, reader: Reader, qualifier: tuple[str, ...] = ()
) -> Relation:
    """The rows of a function in FROM, made of its arguments and of what it is known to read."""
    node = _unwrapped(node)
    name = _name(node)
    known = _reads(node, name, scope, reader)
    if known is None and name:
        known = reader.functions.get(scope.names.full((*qualifier, scope.names.column(name))))
    if known is not None:
        return known
    flow = reader.flow(node, scope)
    given = [scope.names.column(column) for column in (alias.args.get("columns") or ())] if alias is not None else []
    columns = _declared(node, scope) or (given if name == "explode" else []) or list(_COLUMNS.get(name, ())) or given
    if columns:
        return Relation([Output(column, flow) for column in columns])
    outputs = [Output("*", flow, open=True)]
    if alias is not None and alias.name and not (isinstance(node, exp.Unnest) and scope.names.dialect == "bigquery"):
        outputs.insert(0, Output(scope.names.column(alias.this), flow))  # FROM unnest(a) AS x: x is its column too
    return Relation(outputs)


def _reads(node: exp.Expr, name: str, scope: Scope, reader: Reader) -> Relation | None:
    """What reads a dataset of its own, None for what only works on its arguments."""
    found: Relation | None = None
    if isinstance(node, exp.Query | exp.Subquery):
        found = reader.query(node, scope.inner())
    elif isinstance(node, exp.DynamicIdentifier):
        found = _identified(node, reader)
    elif isinstance(node, exp.SemanticView):
        inner = scope.beside()
        reads.add(node.this, inner, reader)
        found = stars.whole(inner)
    elif name in _FILES:
        found = _file(node)
    elif name in _FOREIGN:
        found = _foreign(node, reader)
    elif name == "query_export_to_s3":
        found = _sent_to_s3(node, reader)
    elif name in _REMOTE:
        found = _remote(node, reader)
    return found


def unnest_columns(node: exp.Unnest, columns: list[str], scope: Scope) -> list[str]:
    """The names of the columns of UNNEST, with that of its position."""
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):
        return [*columns, scope.names.column(offset)] if columns else []
    return columns


def dictionary(node: exp.Anonymous, scope: Scope, reader: Reader) -> Flow | None:
    """ClickHouse's dictGet('db.dictionary', 'attribute', key): the value is the dictionary's, the key decides."""
    if not node.name.lower().startswith(_DICTIONARY):
        return None
    arguments = node.expressions
    if len(arguments) < 2 or not isinstance(arguments[0], exp.Literal | exp.Column):
        return None
    named = arguments[0]
    written = [part.name for part in named.parts] if isinstance(named, exp.Column) else named.name.split(".")
    parts = scope.names.full(tuple(part for part in written if part))
    table = reader.knowledge.name(parts)
    attributes = [one.name for one in arguments[1].find_all(exp.Literal)]
    indirect = frozenset().union(*(reader.flow(one, scope).all for one in arguments[2:3]))
    spare = [reader.flow(one, scope).direct for one in arguments[3:]]
    direct = {Ref(table, attribute): NOTHING for attribute in attributes}
    for one in spare:
        direct.update(one)
    return Flow(direct, indirect)


def _unwrapped(node: exp.Expr) -> exp.Expr:
    while True:
        if isinstance(node, exp.TableFromRows):
            node = node.this
        elif isinstance(node, exp.Anonymous) and node.name.lower() in _TABLE and len(node.expressions) == 1:
            node = node.expressions[0]
        else:
            return node


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    if isinstance(node, exp.ReadCSV):
        return "read_csv"
    if isinstance(node, exp.ReadParquet):
        return "read_parquet"
    return node.sql_name().lower() if isinstance(node, exp.Func) else ""


def _literals(node: exp.Expr) -> list[str]:
    return [literal.name for literal in node.find_all(exp.Literal, bfs=False) if literal.is_string]


def _file(node: exp.Expr) -> Relation:
    paths = _literals(node)[:1] if not isinstance(node.this, exp.Array) else _literals(node.this)
    arrays = list(node.find_all(exp.Array))
    if arrays:
        paths = _literals(arrays[0])
    names = [shown_path(path) for path in paths]
    return Relation([open_output(name) for name in names] or [Output("*", EMPTY, open=True)], tables=frozenset(names))


def _foreign(node: exp.Expr, reader: Reader) -> Relation:
    """A query written as text for another database: its tables are named as it names them."""
    texts = [text for text in _literals(node) if text.lstrip("( \n\t").lower().startswith(("select", "with"))]
    if not texts:
        return Relation([Output("*", EMPTY, open=True)])
    return _in_text(texts[0], "", reader) or Relation([Output("*", EMPTY, open=True)])


def _in_text(text: str, dialect: str, reader: Reader) -> Relation | None:
    """The rows of a query in a text, within the bounds and at the cost of the statement that holds it."""
    from custodes.datamap.lineage.query import Reader as OtherReader  # noqa: PLC0415 - the one way round: a query in a query

    try:
        inside = parsed(tokens_of(text, dialect), text, dialect)
    except (SqlglotError, Unparsed, RecursionError, ValueError, IndexError):
        return None
    if len(inside) != 1:
        return None
    names = Names(dialect, "" if dialect != reader.names.dialect else ".".join(reader.names.default))
    other = OtherReader(names, reader.knowledge, reader.written)
    other.spend(reader.spent)
    relation = other.query(inside[0], Scope(other.names))
    reader.spend(other.spent - reader.spent)
    reader.sent.extend(other.sent)
    return relation


def _sent_to_s3(node: exp.Expr, reader: Reader) -> Relation:
    """aws_s3.query_export_to_s3('query', aws_commons.create_s3_uri('bucket', 'key', …)): its rows leave."""
    texts = _literals(node)
    relation = _in_text(texts[0], reader.names.dialect, reader) if texts else None
    place = shown_path(f"s3://{'/'.join(texts[1:3])}") if len(texts) > 2 else "s3://"
    if relation is not None:
        reader.sent.append((place, union(output.flow for output in relation.outputs)))
    return Relation([Output(name, EMPTY) for name in ("rows_uploaded", "files_uploaded", "bytes_uploaded")])


def _remote(node: exp.Expr, reader: Reader) -> Relation:
    words = [one.name for one in node.expressions[1:3] if isinstance(one, exp.Literal | exp.Column | exp.Identifier)]
    parts = tuple(part for word in words for part in word.split(".") if part)
    if not parts:
        return Relation([Output("*", EMPTY, open=True)])
    name = reader.knowledge.name(parts)
    return Relation([open_output(name)], tables=frozenset([name]))


def _identified(node: exp.Expr, reader: Reader) -> Relation:
    if not isinstance(node.this, exp.Literal):
        return Relation([Output("*", EMPTY, open=True)])
    parts = reader.names.full(tuple(part.lower() for part in node.this.name.replace('"', "").split(".") if part))
    name = reader.knowledge.name(parts)
    return Relation([open_output(name)], tables=frozenset([name]))


def _declared(node: exp.Expr, scope: Scope) -> list[str]:
    """The columns that JSON_TABLE, OPENJSON … WITH and XMLTABLE write out themselves."""
    if isinstance(node, exp.JSONTable):
        return [
            scope.names.column(one.this) for one in node.find_all(exp.JSONColumnDef) if isinstance(one.this, exp.Expr)
        ]
    if isinstance(node, exp.OpenJSON):
        return [scope.names.column(one.this) for one in node.expressions if isinstance(one.this, exp.Expr)]
    if isinstance(node, exp.XMLTable):
        return [
            scope.names.column(one.this) for one in node.args.get("columns") or () if isinstance(one, exp.ColumnDef)
        ]
    return []
