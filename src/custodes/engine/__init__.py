"""How is a question run over the evidence? `interface` says what an engine is; `duckdb` is the one that is embedded."""
