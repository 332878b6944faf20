"""Reading across the practice: lists and figures that belong to no single record."""
