"""How fast and how large? Each file measures one thing beside a named peer or the machine's limit, in one run."""
