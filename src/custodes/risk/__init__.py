"""Room `risk`."""
