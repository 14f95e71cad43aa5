"""How does the customer's document look in a browser? One file, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from custodes.report.told import HEAD, Told


def html(told: Told) -> bytes:
    """The page, every value escaped; the same content gives the same bytes."""
    templates = Environment(
        loader=PackageLoader("custodes.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("report.html").render(told=told, head=HEAD).encode()
