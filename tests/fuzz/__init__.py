"""``make fuzz``: a minute of requests that nobody would send, against a real server; each made from a seed and its number."""
