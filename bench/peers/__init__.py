"""Which others do the same work? Each is asked by a script in an environment of its own (bench/peers/setup)."""
