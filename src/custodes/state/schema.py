"""Which tables must outlive a run? One SQLAlchemy description for SQLite now and PostgreSQL by URL later."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# The data map.
dataset = Table(
    "dataset",
    metadata,
    Column("store", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_total", Integer),
    Column("fingerprint", String),
    Column("sampled", Boolean, nullable=False, server_default="0"),  # rows_read are a fair sample, and were enough
    Column("modified", String),  # when the file was written, by the earliest scan
    Column("dated", Text),  # JSON: a column that dates the rows, its first and its last moment
    Column("scan", String),  # the scan that read it, while that is under way or was stopped
    Column("judged_by", String, nullable=False),  # digest of the categories that judged it, and of the limits
    Column("first_seen", String, nullable=False),
)
field = Table(
    "field",
    metadata,
    Column("store", String, primary_key=True),
    Column("dataset", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("category", String, primary_key=True),
    Column("confidence", Float, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("scanned", Integer, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON list
    Column("place", Integer, nullable=False, server_default="0"),  # among its dataset's verdicts
    Column("first_seen", String, nullable=False),
)
sketch = Table(
    "sketch",
    metadata,
    Column("name", String, primary_key=True),  # store.dataset.field
    Column("body", LargeBinary, nullable=False),
)
copy = Table(
    "copy",
    metadata,
    Column("a", String, primary_key=True),
    Column("b", String, primary_key=True),
    Column("containment", Float, nullable=False),
    Column("covers", Float, nullable=False, server_default="0"),
    Column("margin", Float, nullable=False, server_default="0"),
    Column("at_least", Boolean, nullable=False, server_default="0"),
)

# Which field flows into which, as definitions, scripts and logs say; described in `state.flows`.
flow = Table(
    "flow",
    metadata,
    Column("id", String, primary_key=True),  # digest of everything but the times
    Column("source_store", String, nullable=False),
    Column("source_dataset", String, nullable=False),
    Column("source_field", String, nullable=False),
    Column("target_store", String, nullable=False),  # empty: outside of every configured store
    Column("target_dataset", String, nullable=False),
    Column("target_field", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("through", Text, nullable=False),  # JSON list of functions
    Column("origin", String, nullable=False),
    Column("by", String, nullable=False),
    Column("place", String, nullable=False),
    Column("statement", Integer, nullable=False),
    Column("leaves", Boolean, nullable=False, server_default="0"),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Index("flow_by", "by"),
)

# What each store declared when it was last listed, and how that differs from the time before.
declared = Table(
    "declared",
    metadata,
    Column("store", String, primary_key=True),
    Column("dataset", String, primary_key=True),
    Column("columns", Text),  # JSON list of name and type; none where the store declares no columns
)
drift = Table(
    "drift",
    metadata,
    Column("store", String, primary_key=True),
    Column("dataset", String, primary_key=True),
    Column("field", String, primary_key=True),  # empty where the dataset itself is new or gone
    Column("what", String, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("since", String, nullable=False),
    Column("until", String, nullable=False),
)

# What was asked for and not covered, by the step that met it; replaced whenever that step runs again.
skipped = Table(
    "skipped",
    metadata,
    Column("room", String, primary_key=True),
    Column("store", String, primary_key=True),
    Column("dataset", String, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("hint", Text, nullable=False),
)

# How far each log has been read, and the lines that could not become events.
position = Table(
    "position",
    metadata,
    Column("log", String, primary_key=True),
    Column("file", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("head", String, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("read_as", String, nullable=False),  # digest of the mapping it was read with
)
quarantine = Table(
    "quarantine",
    metadata,
    Column("log", String, primary_key=True),
    Column("file", String, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("offset", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen", String, nullable=False),
)

# The ledger's segments. A row here is what makes a file on disk count.
seal = Table(
    "seal",
    metadata,
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("path", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("count", Integer, nullable=False),
    Column("sealed_at", String, nullable=False),
    Index("seal_path", "path"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", String, nullable=False),  # hexadecimal
    Column("sealed_at", String, nullable=False),
)

# What was claimed and decided: the record as JSON, with the columns that are searched beside it.
finding = Table(
    "finding",
    metadata,
    Column("id", String, primary_key=True),
    Column("check", String, nullable=False),
    Column("active", Boolean, nullable=False),  # the last run still found it
    Column("body", Text, nullable=False),
)
incident = Table(
    "incident",
    metadata,
    Column("id", String, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("body", Text, nullable=False),
)
case = Table(
    "case",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),  # entries in its history: two people cannot overwrite each other
    Column("body", Text, nullable=False),
)

# What people decided about verdicts; rows are only ever added.
ruling = Table(
    "ruling",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

# What people allowed though a check claims it; rows are only ever added.
exemption = Table(
    "exemption",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

# Which incidents each target of notices was told of, and how grave they were then. Described in `state.outbox`.
told = Table(
    "told",
    metadata,
    Column("target", String, primary_key=True),
    Column("incident", String, primary_key=True),
    Column("kind", String, nullable=False),  # of the target
    Column("score", Float, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("subjects", Integer, nullable=False),
    Column("times", Integer, nullable=False),  # how often it was told
    Column("time", String, nullable=False),
)
# Notices that are still to be delivered, and for a while those that were.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),  # the idempotency key
    Column("target", String, nullable=False),
    Column("kind", String, nullable=False),  # of the target, by which the body was made
    Column("made", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due", String, nullable=False),
    Column("sent", String),
    Column("failure", Text),  # why the last attempt failed, in our words
    Column("refused", Boolean, nullable=False),  # this very notice, so that others need not wait for it
)

# How verdicts changed from scan to scan; rows are only ever added. Described in `state.history`.
verdict_change = Table(
    "verdict_change",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("time", String, nullable=False),
    Column("store", String, nullable=False),
    Column("dataset", String, nullable=False),
    Column("field", String, nullable=False),
    Column("category", String, nullable=False),
    Column("turn", String, nullable=False),  # told, changed or gone
    Column("confidence", Float, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("scanned", Integer, nullable=False),
    Index("verdict_change_of", "store", "dataset", "field", "category"),
)

# Digests of what a step last worked from, so that a step with nothing new to do does nothing.
mark = Table("mark", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

SCHEMA_VERSION = "0008"
