"""Rules the database itself keeps, on SQLite and PostgreSQL alike. Knows no table of the clinic."""
