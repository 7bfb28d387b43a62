"""Every message of this run is held against the official schema of its revision."""

import pytest

from tests.conftest import WITNESS
from tests.mcpserver.endpoint import post
from tests.mcpserver.protocol.samples import handshake_headers, request
from tests.support import schemas


@pytest.mark.asyncio
async def test_every_consumer_of_this_run_has_a_witness(alice: object) -> None:
    schemas.definitions("2025-11-25")
    assert WITNESS is not None
    before = WITNESS.seen["2025-11-25"]
    await post(handshake_headers("2025-11-25"), request("ping"))
    assert WITNESS.seen["2025-11-25"] == before + 1
