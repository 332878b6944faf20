"""What was examined and measured, and its words."""
