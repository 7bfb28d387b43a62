import asyncio

import httpx2
import pytest

from tools.github import pool


async def _client() -> httpx2.AsyncClient:
    return pool.client()


@pytest.mark.asyncio
async def test_one_loop_has_one_client_until_it_is_closed() -> None:
    first = pool.client()
    assert pool.client() is first
    await pool.close()
    assert first.is_closed
    second = pool.client()
    assert second is not first
    await pool.close()
    await pool.close()


def test_each_loop_has_its_own_and_a_dead_loop_is_forgotten() -> None:
    first, second = asyncio.run(_client()), asyncio.run(_client())
    assert first is not second
    assert sum(loop.is_closed() for loop in pool._clients) == 1


def test_the_client_follows_no_redirect() -> None:
    assert not pool.new_client().follow_redirects
