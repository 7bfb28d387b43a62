"""Several at once: threads of one server, and processes on one PostgreSQL."""
