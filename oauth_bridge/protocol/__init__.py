"""What the OAuth specifications say, as plain functions: no Django, no I/O, no clock."""
