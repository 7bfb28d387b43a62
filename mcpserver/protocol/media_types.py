"""What the client sends and what it takes back: ``Content-Type`` and ``Accept`` of a POST (RFC 9110 §8.3, §12.5.1)."""

from mcpserver.protocol.errors import NotAcceptable, UnsupportedMediaType

JSON = "application/json"
EVENT_STREAM = "text/event-stream"

# What the official clients send. Anything else is read in full.
_BOTH = frozenset({f"{JSON}, {EVENT_STREAM}", f"{JSON},{EVENT_STREAM}", f"{EVENT_STREAM}, {JSON}"})
_USUAL_ACCEPT = _BOTH | {JSON, "*/*"}


def check_content_type(content_type: str | None) -> None:
    """Refuse a body that is not declared as JSON; parameters such as a charset are passed over.

    Raises:
        UnsupportedMediaType: another type, none, or more than one.
    """
    if content_type == JSON:
        return
    # A comma means that the header came twice: whoever reads the other one sees another type.
    if content_type is None or "," in content_type or content_type.partition(";")[0].strip().lower() != JSON:
        raise UnsupportedMediaType("The Content-Type must be application/json.")


def check_accept(accept: str | None) -> None:
    """Refuse a client that takes neither JSON nor an event stream. No header, or an empty one, takes anything.

    Raises:
        NotAcceptable: neither type is covered by a range with a weight above zero.
    """
    if not accept or accept in _USUAL_ACCEPT:
        return
    if not (takes(accept, JSON) or takes(accept, EVENT_STREAM)):
        raise NotAcceptable("The client must accept application/json or text/event-stream.")


def check_accepts_events(accept: str | None) -> None:
    """Refuse a client that asks for a stream and would not take one.

    Raises:
        NotAcceptable: see ``check_accept``.
    """
    if not takes(accept, EVENT_STREAM):
        raise NotAcceptable("The client must accept text/event-stream.")


def takes_events_with_json(accept: str | None) -> bool:
    """Return whether an answer to a POST may be an event stream: the client says so by that name.

    A wildcard, or no header at all, is what a plain HTTP client sends, which would not know what to do with one.
    """
    if accept in _BOTH:
        return True
    return accept is not None and EVENT_STREAM in accept.lower() and takes(accept, EVENT_STREAM)


def takes(accept: str | None, media_type: str) -> bool:
    """Return whether ``Accept`` covers a type by a range with a weight above zero. No header takes anything."""
    if not accept or (media_type == JSON and accept in _USUAL_ACCEPT):
        return True
    weights = dict(_weighted(part) for part in accept.split(","))
    return _weight_of(media_type, weights) > 0


def _weighted(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return media_range, _quality(value.strip())
    return media_range, 1.0


def _quality(text: str) -> float:
    """Return the weight; what is no number counts as if it were not there."""
    try:
        return float(text)
    except ValueError:
        return 1.0


def _weight_of(media_type: str, weights: dict[str, float]) -> float:
    """Return the weight of the most specific range that covers the type; 0 when none does."""
    for media_range in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if media_range in weights:
            return weights[media_range]
    return 0.0
