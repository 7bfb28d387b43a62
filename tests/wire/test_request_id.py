"""The id of the request being served."""

import asyncio

import pytest

from wire import request_id


def test_outside_a_request_there_is_a_dash() -> None:
    assert request_id.current.get() == "-"


@pytest.mark.asyncio
async def test_requests_side_by_side_have_their_own() -> None:
    """An operator must find one request's lines, and no other's."""
    met = asyncio.Barrier(2)

    async def serve(identity: str) -> str:
        request_id.current.set(identity)
        await met.wait()
        return request_id.current.get()

    assert list(await asyncio.gather(serve("a"), serve("b"))) == ["a", "b"]
    assert request_id.current.get() == "-"
