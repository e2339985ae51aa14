"""Public pages kept whole: answered before Django is asked, and never out of date."""
