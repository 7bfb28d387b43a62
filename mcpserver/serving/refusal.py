"""Why a server does not start."""


class CannotStart(Exception):
    """Something must be put right first. The message is one line: what is wrong, and what to do."""


EXIT_CANNOT_START = 2
EXIT_CUT = 1
EXIT_INTERRUPTED = 130
