"""Which files hold commands? Importing this registers all of them on `app`."""

from custodes.cli import (  # noqa: F401 - imported for their commands
    ask,
    cases,
    contents,
    context,
    datamap,
    evaluate,
    evidence,
    exceptions,
    explain,
    export,
    lineage,
    notify,
    report,
    river,
    serve,
    sigma,
    simulate,
    verdicts,
    who,
)
from custodes.cli.app import app

__all__ = ["app"]
