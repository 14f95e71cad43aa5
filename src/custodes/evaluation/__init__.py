"""How often are the verdicts right? What is labelled goes past the recogniser, and is counted; no value is told."""
