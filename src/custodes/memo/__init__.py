"""What do we tell the leadership? Six pages of sentences with numbers, each traced to its evidence.

`facts.gather` is the content, `write.write` the PDF.
"""
