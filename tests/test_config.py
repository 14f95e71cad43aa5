"""What did the owner ask for? Every mistake in custodes.toml is refused with its key path and a way out."""

from pathlib import Path

import pytest

from custodes import config
from custodes.errors import ConfigError

GOOD = """
name = "acme"
[stores.shop]
kind = "sqlite"
path = "shop.db"
vault = ["main.cards"]
[stores.crm]
kind = "postgres"
url = "postgresql://scanner@localhost/crm"
password_env = "CRM_PASSWORD"
[logs.app]
kind = "jsonl"
path = "logs/*.jsonl"
timezone = "Europe/Tallinn"
[logs.app.map]
time = "at"
actor = "staff:{user.id}"
action = { path = "verb", values = { view = "read" } }
dataset = { const = "shop.main.customers" }
[context.people]
path = "people.csv"
[context.people.map]
id = "staff:{no}"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / config.FILE_NAME
    file.write_text(text)
    return file


def test_a_whole_configuration_becomes_one_value(tmp_path: Path) -> None:
    """Relative paths start at the file; rules keep their kind."""
    loaded = config.load(written(tmp_path, GOOD))
    assert loaded.stores[0].path == tmp_path.resolve() / "shop.db"
    assert loaded.stores[0].vault == ("main.cards",)
    assert loaded.logs[0].map["actor"].template == "staff:{user.id}"
    assert loaded.logs[0].map["time"].path == "at"
    assert loaded.logs[0].map["action"].values == {"view": "read"}
    assert loaded.data == tmp_path.resolve() / "custodes-data"


@pytest.mark.parametrize(
    ("change", "where", "hint"),
    [
        (('path = "shop.db"', 'pth = "shop.db"'), "stores.shop.pth", 'did you mean "path"?'),
        (('vault = ["main.cards"]', "vualt = true"), "stores.shop.vualt", 'did you mean "vault"?'),
        (('kind = "sqlite"', 'kind = "sqlte"'), "stores.shop.kind", 'did you mean "sqlite"?'),
        (('timezone = "Europe/Tallinn"', 'timezone = "Europe/Talin"'), "logs.app.timezone", "IANA"),
        (("scanner@localhost", "scanner:secret@localhost"), "stores.crm.url", "password_env"),
        (('actor = "staff:{user.id}"\n', ""), "logs.app.map.actor", "add actor"),
        (("{ const =", '{ path = "x", const ='), "logs.app.map.dataset", "path"),
        (('path = "people.csv"', 'store = "nowhere"\ndataset = "x"'), "context.people.store", "one of"),
        (('name = "acme"', "name = 7"), "name", "a text"),
        (("{user.id}", "{user.id"), "logs.app.map.actor", "{path"),
        (('view = "read"', 'view = "reed"'), "logs.app.map.action", 'did you mean "read"?'),
        (("actor = ", "actr = "), "logs.app.map.actr", 'did you mean "actor"?'),
        (("id = ", "identity = "), "context.people.map.identity", "one of"),
        (("[context.people]", "[context.persons]"), "context.persons", "people"),
        (('name = "acme"', 'name = "acme'), "custodes.toml", "line 2"),
    ],
)
def test_a_mistake_is_refused_with_its_key_path(tmp_path: Path, change: tuple[str, str], where: str, hint: str) -> None:
    """The message names file and key, and says the next step."""
    assert change[0] in GOOD
    with pytest.raises(ConfigError) as refused:
        config.load(written(tmp_path, GOOD.replace(*change)))
    assert where in refused.value.where
    assert hint in refused.value.hint
    assert refused.value.exit_code == 2


def test_a_password_is_not_repeated_in_the_refusal(tmp_path: Path) -> None:
    """What must not be in the file must not be in the message either."""
    with pytest.raises(ConfigError) as refused:
        config.load(written(tmp_path, GOOD.replace("scanner@localhost", "scanner:hunter2@localhost")))
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"


def test_the_nearest_configuration_above_is_found(tmp_path: Path) -> None:
    """A command works in a folder below the one with custodes.toml; without one it says what to do."""
    file = written(tmp_path, GOOD)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert config.find(below) == file
    file.unlink()
    with pytest.raises(ConfigError, match=r"no custodes\.toml"):
        config.find(below)


STATED = """
name = "acme"
[controller]
name = "Acme Ltd"
contact = "privacy@acme.example"
[stores.shop]
kind = "sqlite"
path = "shop.db"
owner = "shop team"
security = ["encrypted at rest"]
country = "EE"
[processing.orders]
title = "Orders"
datasets = ["shop", "shop.main.*"]
purposes = ["delivering orders"]
basis = "contract"
subjects = ["customer"]
recipients = []
transfers = [{ country = "US", recipient = "Mailer Inc" }]
retention = "ten years"
"""


def test_what_the_owner_states_of_processing_is_kept(tmp_path: Path) -> None:
    """An empty list of recipients is an answer; what is left out is none."""
    loaded = config.load(written(tmp_path, STATED))
    assert (loaded.controller.name, loaded.controller.officer) == ("Acme Ltd", "")
    one = loaded.processing[0]
    assert (one.title, one.basis, one.recipients, one.owner) == ("Orders", "contract", (), "")
    assert one.transfers is not None
    assert one.transfers[0].safeguards == ""
    keeping = loaded.stores[0].keeping
    assert keeping is not None
    assert (keeping.owner, keeping.security, keeping.country) == ("shop team", ("encrypted at rest",), "EE")
    assert config.load(written(tmp_path, GOOD)).processing == ()


@pytest.mark.parametrize(
    ("change", "where", "hint"),
    [
        (("contact =", "contcat ="), "controller.contcat", 'did you mean "contact"?'),
        (('name = "Acme Ltd"', 'name = " "'), "controller.name", "remove the key"),
        (('country = "EE"', 'country = "Estonia"'), "stores.shop.country", "ISO 3166"),
        (('security = ["encrypted at rest"]', 'security = "yes"'), "stores.shop.security", "a list of texts"),
        (('"shop.main.*"', '"shpo.main.*"'), "processing.orders.datasets[1]", 'did you mean "shop"?'),
        (('datasets = ["shop", "shop.main.*"]\n', ""), "processing.orders.datasets", "STORE.schema.table"),
        (('basis = "contract"', 'basis = "contrct"'), "processing.orders.basis", 'did you mean "contract"?'),
        (('purposes = ["delivering orders"]', "purposes = []"), "processing.orders.purposes", "not stated"),
        (('subjects = ["customer"]', 'subjects = ["customer", ""]'), "processing.orders.subjects", "not stated"),
        (('{ country = "US",', "{ "), "processing.orders.transfers[0].country", 'country = "US"'),
        (("recipient =", "recipint ="), "processing.orders.transfers[0].recipint", 'did you mean "recipient"?'),
        (('[{ country = "US", recipient = "Mailer Inc" }]', '["US"]'), "processing.orders.transfers", "{"),
        (("retention =", "retenton ="), "processing.orders.retenton", 'did you mean "retention"?'),
    ],
)
def test_a_mistake_in_what_is_stated_is_refused(tmp_path: Path, change: tuple[str, str], where: str, hint: str) -> None:
    """File, key and reason; nothing is taken for something else."""
    assert change[0] in STATED
    with pytest.raises(ConfigError) as refused:
        config.load(written(tmp_path, STATED.replace(*change)))
    assert str(tmp_path / "custodes.toml") in refused.value.where
    assert refused.value.where.endswith(where)
    assert hint in refused.value.hint
