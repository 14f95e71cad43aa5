"""What do we tell a customer about who looked at their data? Roles, times, reasons, kinds of data, and gaps.

`told.tell` is the content, `html.html` and `pdf.pdf` the two forms of it.
"""
