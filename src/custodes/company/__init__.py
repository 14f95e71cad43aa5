"""Room `company`."""
