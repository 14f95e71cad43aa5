"""What do the field's own rules say of the logs? Sigma rules (sigmahq.io), asked by our engine.

`folder` reads rules, `condition` and `value` make SQL of their conditions, `projection` makes columns of raw records,
`correlation` asks which matches come together, `finding` tells what matched. pySigma parses; what it parsed is
compiled here, because none of its backends answers in DuckDB. Everything here is imported only where rules are
configured: pySigma is slow to import.
"""
