"""What a signed-in person may do here: the tools, their permissions, and the runner that carries a call out."""
