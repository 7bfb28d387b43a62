"""All holes."""

from tests.mutation import browser_holes, flood_holes, server_holes, token_holes
from tests.mutation.hole import Hole

HOLES: tuple[Hole, ...] = tuple(
    sorted((*browser_holes.HOLES, *token_holes.HOLES, *server_holes.HOLES, *flood_holes.HOLES), key=lambda hole: hole.threat)
)
