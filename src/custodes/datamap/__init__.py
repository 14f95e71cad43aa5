"""Room `datamap`."""
