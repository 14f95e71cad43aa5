"""How does the state of an older release become today's? Alembic runs these, in order."""
