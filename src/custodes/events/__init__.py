"""Room `events`."""
