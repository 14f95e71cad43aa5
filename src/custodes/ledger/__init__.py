"""Can we prove it? A transparency log (RFC 9162 tree, C2SP tiles and checkpoint) that takes bytes and knows no noun.

Doors: `log` (create, open, append, prove), `segments` (what the state room keeps), `note` (keys), `proof` and
`check_proof`, `fsck`.
"""
