"""The network address of the request being served, as the outermost wrapper found it. Empty outside a request."""

from contextvars import ContextVar

address: ContextVar[str] = ContextVar("caller_address", default="")
