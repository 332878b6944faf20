"""Kinds of treatment, their settings and devices, and what was given."""
