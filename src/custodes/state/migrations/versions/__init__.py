"""One file per change of schema, named by its number."""
