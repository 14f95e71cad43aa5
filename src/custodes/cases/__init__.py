"""What happened, and what was decided, by whom and why? `incidents` tells the stories, `casework` keeps decisions."""
