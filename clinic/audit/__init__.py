"""What happened. `from clinic.audit.recording import record` is all that most code needs."""
