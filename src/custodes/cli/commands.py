"""Which files hold commands? Importing this registers all of them on `app`."""

from custodes.cli import ask, cases, contents, context, evaluate, evidence, explain, lineage, river, serve, verdicts  # noqa: F401 - imported for their commands
from custodes.cli.app import app

__all__ = ["app"]
