"""What does the custodes.toml of a simulated company say?"""

from __future__ import annotations

from typing import Final

from custodes.company.lines import FORMAT

TOML: Final = """\
# A made-up marketplace: where its data lies, which logs its systems write, and what explains a touch.
# Paths start from the folder of this file.
name = "Simulated marketplace"

# --- Stores: where customer data may be ---------------------------------------------------------------------------

[stores.shop]
kind = "sqlite"
path = "shop.db"

[stores.support]
kind = "files"
path = "support"

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

# What the support desk shows to whom, a file a day. Lines that reached it late are in the file of the day they came.
# No timezone is given on purpose: a line that names no zone goes to quarantine instead of being guessed.
[logs.desk]
kind = "jsonl"
path = "logs/desk/*.jsonl"

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
ticket = "support.cases.parquet"

# Sellers' accounts, customers' accounts entered by staff, and the jobs that run without anyone at the keyboard.
[logs.admin]
kind = "jsonl"
path = "logs/admin/*.jsonl"

[logs.admin.map]
event_id = "admin-{n}"
time = "at"
actor = "who" # already staff:... or service:...
behalf = "customer:{as}"
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
signed_in_as = "login_as"
deleted = "delete"
deleted_as = "delete"
registered = "create"
suspended = "suspend"
reinstated = "reinstate"
exported = "export"
read = "read"
changed = "update"

[logs.admin.map.dataset]
path = "what"

[logs.admin.map.dataset.values]
review = "shop.main.reviews"
customer = "shop.main.customers"
order = "shop.main.orders"
seller = "shop.main.sellers"
payment_method = "vault.main.payment_methods"

# What sellers, and the developers they gave a key to, read through the API: nginx in front of it knows the key.
[logs.api]
kind = "access"
path = "logs/nginx/*.log"
format = '''{FORMAT}'''

[logs.api.routes."GET /sellers/{party}/orders/{object}?buyer={subject}"]
dataset = "shop.main.orders"
subject = "customer:{subject}"
party = "seller:{party}"
fields = "total"

[logs.api.routes."GET /sellers/{party}/buyers/{subject}?order={object}"]
dataset = "shop.main.customers"
subject = "customer:{subject}"
party = "seller:{party}"
fields = "name,street,postcode,city"

[logs.api.routes."GET /sellers/{party}/orders?count={records}"]
dataset = "shop.main.orders"
action = "search"
party = "seller:{party}"
records = "{records}"
fields = "placed,total"

[logs.api.map]
actor = "key:{user}"
behalf = "route.party"
tool = { const = "api" }

# What engineers and analysts ask the shop's database by hand.
[logs.database]
kind = "postgres_csvlog"
path = "logs/postgresql/*.csv"
store = "shop"

# Sign-ins, groups, and the files that jobs leave in a bucket.
[logs.cloud]
kind = "cloudtrail"
path = "logs/cloudtrail/*.json"

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
path = "support/cases.parquet"

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
""".replace("{FORMAT}", FORMAT)
