"""Made-up SQL whose lineage is known, because it is written down while the SQL is made."""

from __future__ import annotations

from custodes.company.queries.statements import Case, cases

__all__ = ["Case", "cases"]
