"""`manage.py work`: sends what is due and does what time brings."""
