"""Does this look like misuse? One YAML file per detection, ours and the user's in the same form.

`catalogue` reads them, `run` asks them over the sealed events, `scenario` runs the examples they ship with, `page`
writes their reference page.
"""
