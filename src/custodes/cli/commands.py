"""Which files hold commands? Importing this registers all of them."""

from custodes.cli import ask, cases, contents, evidence, river, serve  # noqa: F401 - imported for their commands
