"""Django's SQLite, with another way to wait for the write lock (`base.py`)."""
