"""In which words do a SIEM and a warehouse hear what we know? Those of the Open Cybersecurity Schema Framework."""
