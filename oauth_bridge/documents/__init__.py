"""Client ID Metadata Documents and client keys: fetched with care, kept, and judged by the host that they come from."""
