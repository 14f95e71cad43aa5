"""What does a new owner's custodes.toml say?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from custodes.config import FILE_NAME
from custodes.errors import BadInput

TEMPLATE: Final = """\
# What Custodes watches over. Every key is explained in docs/reference/configuration.md.
# A key that does not exist is refused, so a typing error never passes silently.

name = "my-company"            # appears in the memo and in the ledger's origin; do not change it later
data = "custodes-data"         # where Custodes keeps its own files (readable by its owner only)

# detections = "detections"    # folders with detections and categories of your own
# categories = "categories"
# detection_timeout = 300      # seconds that one detection may take before it is told as not answered
# daily_budget = 5             # new incidents shown a day for every 1,000 members of staff; the rest is kept

# [scan]
# max_rows = 1000000           # rows read per table at most, from all over it; 0 reads all. The share is always stated
# max_bytes = 0                # bytes of text read per table at most, and
# max_seconds = 0              # seconds, so that a busy server is not hurt; 0 is no limit
# full = false                 # true: read on when the verdicts are sure already
# timeout = 300                # seconds per statement
# anonymisers = ["mask_mail"]  # names of your own SQL functions behind which a value is nobody's any more

# --- Stores: where customer data may be. They are opened read-only. ---------------------------------------------

# [stores.shop]
# kind = "sqlite"              # sqlite, duckdb, postgres, mysql, files or s3
# path = "shop.db"
# vault = ["main.cards"]       # datasets where cards and credentials may live; true for the whole store

# [stores.crm]
# kind = "postgres"            # needs: pip install "custodes[postgres]"
# url = "postgresql://custodes_scanner@localhost:5432/crm"
# password_env = "CRM_PASSWORD"    # the password comes from this environment variable, never from this file
# schemas = ["public"]         # default: every schema the role may use
# skip = { "public.audit" = "kept by the auditors, scanned by them" }

# [stores.billing]
# kind = "mysql"               # MariaDB or MySQL; needs: pip install "custodes[mysql]"
# url = "mysql://custodes_scan@localhost:3306/billing"
# password_env = "BILLING_PASSWORD"

# [stores.warehouse]
# kind = "duckdb"              # a database file of DuckDB
# path = "warehouse.duckdb"

# [stores.exports]
# kind = "files"               # a folder with files of any kind, in archives, too
# path = "exports"

# [stores.lake]
# kind = "s3"                  # S3-compatible storage; needs: pip install "custodes[s3]"
# url = "s3://bucket/prefix"
# endpoint = "https://storage.example.com"   # of another storage than Amazon's
# key_env = "LAKE_KEY"         # the access key; without it the machine's own credentials are used
# secret_env = "LAKE_SECRET"

# --- Flows: SQL that says where data goes. Views and routines of the stores are read by themselves. -------------

# [flows.nightly]
# paths = ["etl", "target/manifest.json"]   # SQL scripts, dbt manifests, OpenLineage events, query logs
# store = "crm"                # whose tables the SQL names
# dialect = "postgres"         # default: that of the store

# --- Logs: who touched what. ------------------------------------------------------------------------------------

# [logs.desk]
# kind = "jsonl"               # csv and parquet are mapped in the same way
# path = "logs/desk-*.jsonl*"
# timezone = "UTC"             # for times that name no zone; without it such lines go to quarantine
# [logs.desk.map]              # column = "path.in.record", "template {with.paths}", or a table
# event_id = "id"
# time = "at"
# actor = "staff:{user.id}"
# action = { path = "verb", values = { view = "read", edit = "update" } }
# dataset = { const = "shop.main.customers" }
# subject = "customer:{customer.id}"
# case = "ticket"

# [logs.database]
# kind = "postgres_csvlog"
# path = "/var/log/postgresql/*.csv"
# store = "crm"                # its tables are named crm.schema.table
# subjects = { customer_id = "customer" }   # a predicate on this column names a customer

# [logs.database_json]
# kind = "postgres_jsonlog"    # version 15 on
# path = "/var/log/postgresql/*.json"
# store = "crm"

# [logs.billing]
# kind = "mariadb_audit"       # the file of MariaDB's server_audit
# path = "/var/log/mysql/server_audit.log*"
# timezone = "Europe/Tallinn"  # the server's: its lines do not say
# store = "billing"

# [logs.exports]
# kind = "parquet"
# path = "exports/*.parquet"
# map = { time = "at", actor = "staff:{user}", action = "verb", dataset = "table" }

# [logs.web]
# kind = "access"              # nginx or Apache
# path = "/var/log/nginx/access.log*"
# routes = { "/api/orders/{object}?buyer={subject}" = { dataset = "shop.main.orders", subject = "customer:{subject}" } }

# [logs.aws]
# kind = "cloudtrail"
# path = "cloudtrail/**/*.json.gz"

# [logs.siem]
# kind = "ocsf"
# path = "ocsf/*.json*"

# [logs.snowflake]
# kind = "snowflake"           # rows of ACCESS_HISTORY as JSON
# path = "snowflake/*.json*"

# [logs.bigquery]
# kind = "bigquery"            # audit entries of Cloud Logging
# path = "bigquery/*.json*"

# --- Sigma: rules in the field's own format, asked of raw records and of sealed events. -------------------------

# [sigma]                      # needs: pip install "custodes[sigma]"
# rules = ["sigma"]            # folders; CloudTrail logs are known, other logs say what they are:
                               # sigma = { product = "okta", service = "okta" } under [logs.NAME]

# --- Context: what is true about people, cases and keys, so that a touch can be explained. ----------------------

# [context.people]             # id, team, role, site, manager, joined, left, household, surname
# path = "hr/people.csv"
# [context.people.map]
# id = "staff:{employee_id}"
# role = "role"
# team = "team"

# [context.cases]              # id, kind, subject, party, assignee, opened, closed
# store = "shop"               # from a store instead of a file
# dataset = "main.cases"       # or query = "select ..."
# [context.cases.map]
# id = "id"
# subject = "customer:{customer_id}"
# assignee = "staff:{assignee}"
# opened = "opened"
# closed = "closed"

# Also: [context.parties], [context.keys], [context.subjects].

# --- Notices: who outside is told of incidents by "custodes notify". ---------------------------------------------

# [[notices]]
# name = "privacy team"
# kind = "apprise"             # needs: pip install "custodes[notices]"; or webhook, or ocsf for a SIEM
# url_env = "CUSTODES_TEAM_URL"  # the environment variable that holds the address

# --- What the scan cannot know: for "custodes datamap export". What is left out is told as not stated. -------------

# [controller]
# name = "Example Ltd"
# contact = "privacy@example.com"

# [processing.orders]
# datasets = ["shop"]          # stores, datasets or patterns such as "shop.main.*"
# purposes = ["taking and delivering orders"]
# basis = "contract"
# subjects = ["customer"]
# recipients = ["the carrier"]
# transfers = []               # there are none
# retention = "ten years after the last order"
# owner = "the orders team"
"""


def write_template(folder: Path) -> Path:
    """Write the commented custodes.toml into `folder`. Raises BadInput when there is one already."""
    file = folder / FILE_NAME
    if file.exists():
        raise BadInput(f"there is a {FILE_NAME} already", where=str(file), hint="edit it, or name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as handle:
        handle.write(TEMPLATE)
    return file
