"""Room `console`."""
