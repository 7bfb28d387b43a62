"""Running the application: what ``manage.py serve`` does before, while and after it listens."""
