"""Django's backend for PostgreSQL, with a cheaper way to find out that a connection of the pool is dead."""
