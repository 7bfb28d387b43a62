"""The product's own settings, with a simulator at GitHub's place and the database and cache that the run names."""

import os
import tempfile
from pathlib import Path

from tests.support.ports import free_port

_KEPT = {"DATABASE_URL", "REDIS_URL"}
_OURS = (
    "DEBUG SECRET_KEY SECRET_KEY_FALLBACKS PUBLIC_URL DATABASE_URL REDIS_URL GITHUB_CLIENT_ID GITHUB_CLIENT_SECRET "
    "GITHUB_URL GITHUB_API_URL ALLOWED_USERNAMES ALLOWED_ORGS ALLOW_EVERYONE ADMIN_USERNAMES ENCRYPTION_KEYS "
    "COOKIE_ENCRYPTION_KEY RATE_REGISTER RATE_TOKEN RATE_LOGIN AUDIT_RETENTION_DAYS CLIENT_DOCUMENTS TRUSTED_PROXIES "
    "PORT SIMULATOR_PORT VAR_DIR"
).split()
for _name in _OURS:
    for _variable in {_name, f"{_name}_FILE"} - _KEPT:
        os.environ.pop(_variable, None)

_folder = Path(tempfile.mkdtemp(prefix="gatehouse-tests-"))
SIMULATOR_TEST_PORT = free_port()
os.environ |= {
    "ENV_FILE": os.devnull,
    "VAR_DIR": str(_folder),
    "PORT": str(free_port()),
    "SECRET_KEY": "a secret key for tests, and for nothing else",
    "ENCRYPTION_KEYS": "an-encryption-key-for-tests-alone-and-long-enough",
    "GITHUB_CLIENT_ID": "test-client",
    "GITHUB_CLIENT_SECRET": "test-client-secret",
    "GITHUB_URL": f"http://127.0.0.1:{SIMULATOR_TEST_PORT}",
    "GITHUB_API_URL": f"http://127.0.0.1:{SIMULATOR_TEST_PORT}/api/v3",
    "RATE_REGISTER": "100000/minute",
    "RATE_TOKEN": "100000/minute",
    "RATE_LOGIN": "100000/minute",
}
os.environ["PUBLIC_URL"] = f"http://localhost:{os.environ['PORT']}"

from mcpserver.settings import *  # noqa: E402, F403
from mcpserver.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: a shared memory database locks whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}

# Hashing a password must not be what a test waits for.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "oauth_bridge.hashers.ClientSecretHasher"]
