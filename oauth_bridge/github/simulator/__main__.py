"""``python -m oauth_bridge.github.simulator --port N``: the simulator in the foreground."""

import argparse
import sys

from oauth_bridge.github.simulator.server import Simulator


def _announce(url: str) -> None:
    sys.stdout.write(f"GitHub simulator (development only) on {url}, API on {url}/api/v3. Ctrl-C ends it.\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m oauth_bridge.github.simulator", description="A stand-in for GitHub.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8765, help="the port to listen on; 0 takes a free one (8765)")
    options = parser.parse_args(arguments)
    try:
        Simulator(host=options.host).serve_forever(options.port, announce=_announce)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"GitHub simulator: cannot listen on {options.host} port {options.port}: {error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
