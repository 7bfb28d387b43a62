"""The id of the request being served: in every log line, on every error page, for the operator to look up."""

from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="-")
