"""The exported forms of the data map."""
