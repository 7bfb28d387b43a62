"""Sign-ins of real clients, each as that client does it. ``README.md`` says which were recorded and which reconstructed."""
