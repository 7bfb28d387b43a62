"""Advisories on what a restart brings back."""

import signal
from pathlib import Path

import pytest

from oauth_bridge.github.simulator.server import Simulator
from tests.support.flow import close_all, signed_in
from tests.support.replicas import open_town, replicas


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_cve_2026_9802_what_was_revoked_stays_so_after_a_restart(
    transactional_db: None, simulator: Simulator, tmp_path: Path, how: signal.Signals
) -> None:
    """Keycloak: revocations were kept in memory, so that a refresh token came alive again with the next process."""
    open_town()
    with replicas(tmp_path, simulator, 1) as house:
        ended, other = (signed_in(house.url, simulator, client_name=name) for name in ("Ended", "Other"))
        exchanged = ended.tokens["refresh_token"]
        assert ended.refresh().status_code == 200
        form = {"client_id": ended.client_id, "token": ended.tokens["refresh_token"]}
        assert ended.http.post("/revoke", data=form).status_code == 200
        house.replicas[0].server.signal(how)
        house.replicas[0].server.wait()
        house.replicas[0].start()
        for token in (exchanged, ended.tokens["refresh_token"]):
            assert house.at(0, ended).refresh(token).json()["error"] == "invalid_grant"
        assert house.statuses(ended) == [401]
        assert house.statuses(other) == [200]
        assert house.at(0, other).refresh().status_code == 200
    close_all()
