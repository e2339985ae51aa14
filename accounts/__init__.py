"""Logins: passwords, two-step verification, limits on guesses."""
