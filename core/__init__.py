"""What every app of the site needs; it imports none of them."""
