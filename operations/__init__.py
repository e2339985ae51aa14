"""Running the site: commands, demo, status page, health checks, error reports, the dashboard."""
