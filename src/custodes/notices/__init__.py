"""Who is told of an incident without having to look? Targets outside, in words that hold ids and reasons only."""
