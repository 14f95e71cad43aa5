"""Room `cases`."""
