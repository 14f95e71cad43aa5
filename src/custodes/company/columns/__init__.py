"""How well are columns recognised? Tables of columns whose kind is known, made from a seed: `tables(seed, rows)`.

Needs the extra `evaluate`: values come from Faker and python-stdnum, which the product itself does not use.
"""

from custodes.company.columns.draw import LOCALES, Draw, Locale
from custodes.company.columns.kind import Kind
from custodes.company.columns.tables import KINDS, Header, Labelled, Table, tables

__all__ = ["KINDS", "LOCALES", "Draw", "Header", "Kind", "Labelled", "Locale", "Table", "tables"]
