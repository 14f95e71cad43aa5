"""Is the labelled data sound, and does measuring with it work?"""
