"""Django's own backends, each with the trap."""
