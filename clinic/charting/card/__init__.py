"""The travel card: the one page on which a visit is noted."""
