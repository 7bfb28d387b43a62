"""How fast the server is, and what it costs. Nothing here is asserted: a bench prints what it found."""
