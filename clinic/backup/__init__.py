"""The whole clinic in one encrypted file: rows and documents, the same file on SQLite and PostgreSQL."""
