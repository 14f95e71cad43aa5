"""What can we read, as Arrow batches? One interface, one file for each kind of store."""
