"""What does the company's custodes.toml say?"""

from __future__ import annotations

from typing import Final

TOML: Final = """\
# A made-up marketplace: where its data lies, which logs its systems write, and what explains a touch.
# Paths start from the folder of this file.
name = "Sample marketplace"

# --- Stores: where customer data may be ---------------------------------------------------------------------------

[stores.shop]
kind = "sqlite"
path = "shop.db"

[stores.support]
kind = "sqlite"
path = "support.db"

[stores.vault]
kind = "sqlite"
path = "vault.db"
vault = true # card numbers may live here, and nowhere else

[stores.exports]
kind = "files"
path = "exports"

[stores.hr]
kind = "files"
path = "hr"

[stores.partners]
kind = "files"
path = "partners"

[stores.crm]
kind = "files"
path = "crm"

# --- Logs: who touched what ---------------------------------------------------------------------------------------

# What the support desk shows to whom. The older part is rotated and compressed.
# No timezone is given on purpose: a line that names no zone goes to quarantine instead of being guessed.
[logs.desk]
kind = "jsonl"
path = "logs/support-desk*.jsonl*"

[logs.desk.map]
event_id = "id"
time = "ts"
actor = "staff:{user.id}"
action = { path = "op", values = { view = "read", search = "search", edit = "update", note = "update" } }
object = "order"
subject = "customer:{customer}"
party = "seller:{seller}"
fields = "fields"
tool = { const = "support-desk" }
client = "user.device"
address = "user.ip"
agent = "user.agent"
case = "ticket"

[logs.desk.map.dataset]
path = "on"

[logs.desk.map.dataset.values]
customer = "shop.main.customers"
order = "shop.main.orders"
seller_orders = "shop.main.orders"
seller = "shop.main.sellers"
review = "shop.main.reviews"
payment_method = "vault.main.payment_methods"
ticket = "support.main.cases"

# Sign-ins, rights, sellers' accounts, and the jobs that run without anyone at the keyboard.
[logs.admin]
kind = "jsonl"
path = "logs/admin.jsonl"

[logs.admin.map]
event_id = "admin-{n}"
time = "at"
actor = "who" # already staff:... or service:...
subject = "customer:{customer_id}"
party = "seller:{seller_id}"
fields = "columns"
records = "count"
tool = { const = "admin" }
client = "from.host"
address = "from.ip"
case = "reference"
outcome = { path = "result", values = { ok = "success", failed = "failure" } }

[logs.admin.map.action]
path = "did"

[logs.admin.map.action.values]
signed_in = "login"
signed_in_as = "login_as"
suspended = "suspend"
reinstated = "reinstate"
granted = "grant"
revoked = "revoke"
exported = "export"
read = "read"
changed = "update"

[logs.admin.map.dataset]
path = "what"

[logs.admin.map.dataset.values]
session = "admin.session"
role = "admin.roles"
customer = "shop.main.customers"
order = "shop.main.orders"
seller = "shop.main.sellers"
payment_method = "vault.main.payment_methods"

# What sellers, and the developers they gave a key to, read through the API.
[logs.api]
kind = "csv"
path = "logs/api.csv"

[logs.api.map]
event_id = "request_id"
time = "time"
actor = "key:{key}"
behalf = "seller:{seller}"
party = "seller:{seller}"
object = "order"
subject = "customer:{buyer}"
fields = "fields"
records = "records"
tool = "route"
client = "client"
address = "ip"
agent = "agent"
outcome = { path = "status", values = { 200 = "success", 403 = "denied" }, default = "failure" }
action = { path = "route", values = { "orders.list" = "search" }, default = "read" }

[logs.api.map.dataset]
path = "route"
default = "shop.main.orders"
values = { "orders.buyer" = "shop.main.customers" }

# --- Context: what explains a touch -------------------------------------------------------------------------------

[context.people]
path = "hr/people.csv"

[context.people.map]
id = "staff:{id}"
team = "team"
role = "role"
site = "site"
manager = "staff:{manager}"
joined = "joined"
left = "left"
household = { path = "household", token = true }
surname = { path = "surname", token = true }

[context.cases]
store = "support"
dataset = "main.cases"

[context.cases.map]
id = "id"
kind = "kind"
subject = "customer:{customer_id}"
party = "seller:{seller_id}"
assignee = "assignee"
opened = "opened"
closed = "closed"

[context.keys]
path = "partners/api_keys.csv"

[context.keys.map]
key = "key:{key}"
party = "seller:{seller_id}"
developer = "developer"
scopes = "scopes"
issued = "issued"

[context.parties]
path = "partners/sellers.csv"

[context.parties.map]
id = "seller:{seller_id}"
category = "category"
status = "status"
device = { path = "device", token = true }
bank = { path = "bank", token = true }
address = { path = "address", token = true }
phone = { path = "phone", token = true }

# Famous customers, customers that exist only to see who looks, and customers who share a home with staff.
[context.subjects]
path = "crm/watched.csv"

[context.subjects.map]
id = "customer:{customer_id}"
watched = "watched"
relations = { path = "relation", token = true }

# --- What no scan can know: purposes, recipients, time limits. Some of it is left out, and told as not stated. -------

[controller]
name = "Sample Marketplace Ltd"
contact = "privacy@marketplace.example"

[processing.orders]
title = "Taking and delivering orders"
datasets = ["shop"]
purposes = ["delivering what customers order"]
basis = "contract"
subjects = ["customer"]
recipients = ["sellers"]
transfers = []
retention = "ten years after the last order"
owner = "shop team"

[processing.support]
title = "Helping customers"
datasets = ["support"]
purposes = ["answering what customers ask"]
subjects = ["customer"]
"""
