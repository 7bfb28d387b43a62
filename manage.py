#!/usr/bin/env python
"""Django's command line, which says a wrong configuration in one line."""

import gc
import os
import sys


def main() -> None:
    """Run the command; a configuration error ends with status 2 and without a traceback."""
    # Imports leave next to nothing to collect; to look for it took up to a fifth of a start. A server sets values of its own.
    gc.set_threshold(500_000, 50, 1_000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcpserver.settings")
    from django.core.management import execute_from_command_line

    from mcpserver.env import ConfigurationError

    try:
        execute_from_command_line(sys.argv)
    except ConfigurationError as error:
        sys.exit(_fail(str(error)))


def _fail(message: str) -> int:
    sys.stderr.write(f"gatehouse: {message}\n")
    return 2


if __name__ == "__main__":
    main()
