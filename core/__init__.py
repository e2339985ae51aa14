"""Code that all apps of the site share; it imports none of them."""
