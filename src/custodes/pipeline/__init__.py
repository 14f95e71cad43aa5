"""In which order do the rooms work, and where do their results stay? One file per step; `run` is the whole river."""
