"""A cache of whole public pages, which are served without Django and are never out of date."""
