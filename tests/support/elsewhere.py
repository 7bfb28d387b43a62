"""The GitHub simulator of a server in another process, as the person's browser needs it."""

from typing import NoReturn

from oauth_bridge.github.simulator.messages import Request
from oauth_bridge.github.simulator.server import Simulator


class SimulatorElsewhere(Simulator):
    """Its pages are asked over HTTP, as ever; what a handle would do in this process would be done to nobody."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def start(self, port: int = 0) -> NoReturn:
        """Refuse: it runs already.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(f"the simulator at {self.url} belongs to another process")

    @property
    def requests(self) -> list[Request]:
        """Refuse, instead of saying that nothing was asked.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(f"the simulator at {self.url} keeps its record in another process")
