"""Diagnosis codes, and the services a note supports."""
