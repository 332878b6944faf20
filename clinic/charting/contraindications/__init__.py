"""What speaks against a treatment: the table, its versions, and how it is read."""
