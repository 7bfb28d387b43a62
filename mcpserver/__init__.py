"""The Django project: the MCP server, its edge, and the operator's pages."""

__version__ = "0.1.0"
