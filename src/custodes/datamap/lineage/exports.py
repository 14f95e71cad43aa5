"""What goes out of the database into files, and what comes in?

A file's columns go by the names that the query or the table gives them: `s3://bucket/key.email`. Where neither names
them it is `*`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from custodes.datamap.lineage import reads
from custodes.datamap.lineage.edges import STAR, Ref
from custodes.datamap.lineage.flow import NOTHING, Flow, Output, Relation
from custodes.datamap.lineage.outside import is_path, path_after, shown_path
from custodes.datamap.lineage.parse import Unparsed, parsed
from custodes.datamap.lineage.script import tokens_of
from custodes.datamap.lineage.words import LITERALS, word
from custodes.datamap.lineage.work import Work


def copy(work: Work, node: exp.Expr) -> None:
    """COPY in both directions: PostgreSQL, Redshift, Snowflake's and Databricks' COPY INTO."""
    inside = node.this
    place = inside.this if isinstance(inside, exp.Schema | exp.Subquery) else inside
    files = [one for one in node.args.get("files") or () if isinstance(one, exp.Expr)]
    if isinstance(inside, exp.Subquery) or isinstance(place, exp.Query):
        out(work, work.reader.query(inside, work.scope()), _paths(files))
    elif isinstance(place, exp.Table) and _outside(place):  # COPY INTO 's3://…' FROM table
        relation = Relation()
        for one in files:
            relation = work.reader.query(one, work.scope())
        out(work, relation, [shown_path(_text(place))])
    elif node.args.get("kind") is False:
        out(work, _columns_of(work, inside), _paths(files))
    else:
        _into(work, inside, files)


def _outside(table: exp.Table) -> bool:
    return not isinstance(table.this, exp.Identifier) or is_path(table.name)


def _text(node: exp.Expr) -> str:
    if isinstance(node, exp.Table):
        return node.this.name if isinstance(node.this, exp.Expr) else node.name
    return node.name


def _paths(files: Sequence[exp.Expr]) -> list[str]:
    found = []
    for one in files:
        name = _text(one)
        found.append(name.lower() if name.lower() in {"stdout", "stdin", "program"} else shown_path(name))
    return found


def _columns_of(work: Work, target: exp.Expr) -> Relation:
    relation = reads.dataset(work.parts(target), work.reader)
    if isinstance(target, exp.Schema):
        names = [work.names.column(one) for one in target.expressions]
        table = work.name(work.parts(target))
        return Relation(
            [Output(name, Flow({Ref(table, name): NOTHING}, frozenset())) for name in names], tables=relation.tables
        )
    return relation


def out(work: Work, relation: Relation, paths: Sequence[str]) -> None:
    """The rows of a query go to places outside."""
    if not paths:
        work.gap("it writes to a place that is not written out")
    for path in paths:
        work.emit_all(path, [output.name or STAR for output in relation.outputs], relation.outputs, relation)


def _into(work: Work, target: exp.Expr, files: Sequence[exp.Expr]) -> None:
    parts = work.parts(target)
    if not parts:
        work.gap("the table that it copies into is not named")
        return
    table = work.name(parts)
    listed = (
        [work.column(parts, work.names.column(one)) for one in target.expressions]
        if isinstance(target, exp.Schema)
        else []
    )
    queries = [one for one in files if isinstance(one, exp.Subquery | exp.Query)]
    for query in queries:
        relation = work.reader.query(query, work.scope())
        known = listed or list(work.knowledge.columns(parts) or ())
        names = known or [output.name for output in relation.outputs]
        work.emit_all(table, names, relation.outputs, relation)
        for source in sorted(relation.tables if not any(o.flow.direct for o in relation.outputs) else ()):
            for name in known or [STAR]:  # `$1` of a staged file: which column it is, only the file says
                work.emit(table, name, Flow({Ref(source, STAR): NOTHING}, frozenset()))
    for path in _paths([one for one in files if one not in queries]):
        for name in listed or work.knowledge.columns(parts) or (STAR,):
            work.emit(table, name, Flow({Ref(path, name): NOTHING}, frozenset()))


def export(work: Work, node: exp.Expr) -> None:
    """BigQuery's EXPORT DATA OPTIONS (uri = …) AS query."""
    options = node.args.get("options")
    paths = [
        shown_path(one.args["value"].name)
        for one in (options.expressions if options is not None else ())
        if one.this.name.lower() in {"uri", "path", "location"} and isinstance(one.args.get("value"), exp.Literal)
    ]
    out(work, work.reader.query(node.this, work.scope()), paths)


def load(work: Work, node: exp.Expr) -> None:
    """Hive's LOAD DATA INPATH 'path' INTO TABLE t."""
    parts = work.parts(node.this)
    path = node.args.get("inpath")
    if isinstance(path, exp.Expr) and parts:
        for name in work.knowledge.columns(parts) or (STAR,):
            work.emit(work.name(parts), name, Flow({Ref(shown_path(path.name), name): NOTHING}, frozenset()))


def unload(work: Work, tokens: list[Token]) -> bool:
    """UNLOAD ('query') TO 's3://…' of Redshift, UNLOAD (query) TO … of Athena; False if it is neither."""
    if len(tokens) < 4 or word(tokens[1]) != "(":
        return False
    path = path_after(tokens, "TO")
    dialect = work.names.dialect
    try:
        if tokens[2].token_type in LITERALS:
            text = tokens[2].text
            found = parsed(tokens_of(text, dialect), text, dialect)
        else:
            end = max(place for place, token in enumerate(tokens) if word(token) == "TO")
            found = parsed(tokens[2 : end - 1], "", dialect)
    except (SqlglotError, Unparsed, ValueError, IndexError):
        work.gap("the query that it unloads does not parse")
        return True
    for node in found:
        out(work, work.reader.query(node, work.scope()), [path] if path else [])
    return True
