"""Room `detections`."""
