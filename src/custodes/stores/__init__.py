"""Room `stores`."""
