"""What every app reads and writes on the wire. Imports none of them; all of them may import it."""
