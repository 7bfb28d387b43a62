"""A stand-in for GitHub: development and tests only. It speaks as GitHub does, on loopback, about invented people."""

from oauth_bridge.github.simulator.app import create_app
from oauth_bridge.github.simulator.server import Simulator

__all__ = ["Simulator", "create_app"]
