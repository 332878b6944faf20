"""The care plan: goals, phases, clocks and decisions."""
