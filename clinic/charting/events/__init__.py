"""Adverse events and what became of them."""
