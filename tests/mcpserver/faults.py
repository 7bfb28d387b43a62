"""Reading the refusals of a wrong configuration."""

from collections.abc import Callable
from typing import Any

import pytest

from mcpserver.env import ConfigurationError


def fault(read: Callable[[], Any]) -> str:
    """Return the message of the refusal: one line."""
    with pytest.raises(ConfigurationError) as caught:
        read()
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message
