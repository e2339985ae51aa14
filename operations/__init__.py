"""Running the site: commands, demo, status and health, error reports, the admin's first page."""
