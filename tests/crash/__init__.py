"""kill -9 at every write: what a process leaves behind when it dies in the middle (study of faults, G5)."""
