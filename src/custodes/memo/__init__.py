"""Room `memo`."""
