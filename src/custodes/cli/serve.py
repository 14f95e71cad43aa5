"""The console's command: serve."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, app
from custodes.cli.workspace import acting_user, configuration


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 8400,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    unsafe_listen_beyond_loopback: Annotated[
        bool,
        typer.Option("--unsafe-listen-beyond-loopback", help="Allow an address that other machines can reach."),
    ] = False,
) -> None:
    """Show the workspace in a browser, read-only; prints a link that works once."""
    from custodes.console.listen import run_console
    from custodes.console.workspace_source import WorkspaceSource

    source = WorkspaceSource(configuration(), by=acting_user())
    print("verifying the ledger …", file=sys.stderr)
    source.overview()  # the first page is then there at once, and what is wrong is said before a link is given
    try:
        run_console(
            source,
            host,
            port,
            say=lambda line: print(line, flush=True),
            unsafe_listen_beyond_loopback=unsafe_listen_beyond_loopback,
        )
    except KeyboardInterrupt:  # how a console is meant to end
        sys.exit(CLEAN)
