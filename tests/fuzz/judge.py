"""What counts as broken. Pure: text in, complaints out."""

import json
import re

# A line of the log at a level that tells of a fault, or the head of a traceback.
_FAULT = re.compile(r"^(?:\S+ (?:ERROR|CRITICAL) .*|Traceback \(most recent call last\):.*)$", re.MULTILINE)


def wrong_in_answer(status: int, head: bytes, body: bytes) -> str | None:
    """Return what is wrong with an answer, None where nothing is. Status 0: the server closed without a word."""
    if status == 0:
        return "no answer"
    if status >= 500:
        return f"status {status}"
    if b"application/json" in head.lower():
        try:
            message = json.loads(body)
        except ValueError:
            return "an answer that is not JSON"
        for each in message if isinstance(message, list) else [message]:
            if isinstance(each, dict) and isinstance(each.get("error"), dict) and each["error"].get("code") == -32603:
                return "an internal error"
    return None


def wrong_in_log(text: str) -> list[str]:
    """Return the faults that the server's log tells of."""
    return [f"log: {found}" for found in _FAULT.findall(text)]
