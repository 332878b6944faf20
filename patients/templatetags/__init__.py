"""Tags of the people we treat."""
