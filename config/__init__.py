"""The Django project Verdict."""

__version__ = "0.1.0"
