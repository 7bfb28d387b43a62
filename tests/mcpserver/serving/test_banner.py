from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from mcpserver.serving.banner import start_up_text


@pytest.fixture
def gatehouse(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    settings.PUBLIC_URL = "https://gate.example"
    settings.VAR_DIR = tmp_path
    settings.GITHUB_SIMULATOR = False
    settings.GITHUB_URL = "https://github.com"
    # Not by the fixture: Django warns about tests that change its databases, and nothing here connects to one.
    monkeypatch.setattr(django_settings, "DATABASES", {"default": {"ENGINE": "django.db.backends.postgresql"}})
    return settings


def test_it_says_where_everything_is(gatehouse: Settings) -> None:
    assert start_up_text("uvicorn", 2, "0.0.0.0:8000") == (
        "Gatehouse is running.\n\n"
        "  MCP clients  https://gate.example/mcp\n"
        "  People       https://gate.example/\n"
        "  Admin        https://gate.example/admin/\n"
        "  Sign-in      GitHub\n"
        "  Serving      uvicorn, 2 workers, PostgreSQL, on 0.0.0.0:8000\n\n"
        "Stop it with Ctrl-C.\n"
    )


def test_it_says_where_the_first_admins_login_is_and_not_what_it_is(gatehouse: Settings, tmp_path: Path) -> None:
    file = tmp_path / "first-admin.txt"
    file.write_text("admin / s3cret")
    text = start_up_text("daphne", 1, "127.0.0.1:8000")
    assert f"admin login: see {file}" in text
    assert "s3cret" not in text
    assert "daphne, 1 worker," in text


def test_it_says_which_sign_in_is_on(gatehouse: Settings) -> None:
    gatehouse.GITHUB_URL = "https://git.example:8443"
    assert "GitHub Enterprise Server at git.example:8443" in start_up_text("uvicorn", 1, "")
    gatehouse.GITHUB_URL = "http://127.0.0.1:8001"
    gatehouse.GITHUB_SIMULATOR = True
    assert "GitHub simulator at http://127.0.0.1:8001 (development only" in start_up_text("uvicorn", 1, "")
