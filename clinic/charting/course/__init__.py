"""How it goes over time: outcomes, the line of everything that happened, who looked."""
