"""Room `engine`."""
