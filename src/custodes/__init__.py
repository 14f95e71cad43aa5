"""Custodes watches over the trust that a company places in its own staff and partners with its customers' data."""

__version__ = "0.1.0"
