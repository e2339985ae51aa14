"""Django's PostgreSQL, with another look at a connection that rested (`base.py`)."""
