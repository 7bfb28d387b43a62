"""Django's settings. With ``env.py``, the only reader of the environment."""

import os
import secrets
from pathlib import Path
from typing import Any

from mcpserver import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_env_file(BASE_DIR / os.environ.get("ENV_FILE", ".env"))

# --- What the operator decides (`README.md` has the table) ---

DEVELOPMENT = env.flag("DEBUG")
# Django's own switch stays off, in development too: its error pages show settings, and fail where the request itself is wrong.
DEBUG = False
PORT = env.integer("PORT", 8000, minimum=1, maximum=65535)
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
PUBLIC_URL = env.public_url("PUBLIC_URL", f"http://localhost:{PORT}" if DEVELOPMENT else "")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
REDIS_URL = env.redis("REDIS_URL")

ADMIN_USERNAMES = env.words("ADMIN_USERNAMES")
ALLOW_EVERYONE = env.flag("ALLOW_EVERYONE")
ALLOWED_ORGS = env.organizations("ALLOWED_ORGS")

# Off for a server that reaches no other than GitHub: clients then register instead.
CLIENT_DOCUMENTS = env.flag("CLIENT_DOCUMENTS", default=True)
RATE_REGISTER = env.rate("RATE_REGISTER", "60/minute")
RATE_TOKEN = env.rate("RATE_TOKEN", "600/minute")
RATE_LOGIN = env.rate("RATE_LOGIN", "30/minute")
AUDIT_RETENTION_DAYS = env.integer("AUDIT_RETENTION_DAYS", 400, minimum=1, maximum=36_500)

# --- What is offered to MCP clients, in the order in which they see it: `tools/catalog` ---

TOOL_MODULES = [
    "tools.catalog.get_user_info",
    "tools.catalog.get_github_repos",
    "tools.catalog.get_repository",
    "tools.catalog.search_repositories",
    "tools.catalog.list_repository_files",
    "tools.catalog.read_repository_file",
    "tools.catalog.list_issues",
    "tools.catalog.get_issue",
    "tools.catalog.create_issue",
    "tools.catalog.list_pull_requests",
    "tools.catalog.get_pull_request",
    "tools.catalog.calculate",
    "tools.catalog.user",
    "tools.catalog.repository_file",
    "tools.catalog.github_prompts",
]

# Without a switch of the operator's: a set is on as far as its tools only read, a tool by its name whatever it does.
TOOLS_ON = ["set:core", "set:repositories"]

# --- Sign-in at GitHub, or at the simulator in development ---

GITHUB_CLIENT_ID = env.text("GITHUB_CLIENT_ID")
GITHUB_CLIENT_SECRET = env.text("GITHUB_CLIENT_SECRET")
if bool(GITHUB_CLIENT_ID) != bool(GITHUB_CLIENT_SECRET):
    raise env.ConfigurationError("GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET belong together: set both.")
GITHUB_SIMULATOR = DEVELOPMENT and not GITHUB_CLIENT_ID
if not GITHUB_CLIENT_ID and not GITHUB_SIMULATOR:
    raise env.ConfigurationError(
        "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET are required: create an OAuth app at GitHub "
        f"with the callback URL {PUBLIC_URL}/callback."
    )
# In development two of the simulator's people may sign in, so that a first try works; the others show a refusal.
ALLOWED_USERNAMES = env.words("ALLOWED_USERNAMES") or (["alice", "bob"] if GITHUB_SIMULATOR else [])
SIMULATOR_PORT = env.integer("SIMULATOR_PORT", PORT % 65535 + 1, minimum=1, maximum=65535)
_simulator_url = f"http://127.0.0.1:{SIMULATOR_PORT}"
if GITHUB_SIMULATOR:
    GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET = "gatehouse-development", "simulated"
GITHUB_URL = env.upstream_url("GITHUB_URL", _simulator_url if GITHUB_SIMULATOR else "https://github.com")
GITHUB_API_URL = env.upstream_url(
    "GITHUB_API_URL", f"{_simulator_url}/api/v3" if GITHUB_SIMULATOR else "https://api.github.com"
)


def _make_folder() -> None:
    """Make the folder of SQLite and of development's files."""
    try:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(error) from error


def _not_writable(error: OSError) -> env.ConfigurationError:
    return env.ConfigurationError(
        f"VAR_DIR {VAR_DIR} cannot be written ({error.strerror}): set VAR_DIR to a folder that this user may write."
    )


def _development_secret() -> str:
    """Return a secret kept in ``var/``, so that what it signed survives a restart."""
    _make_folder()
    file = VAR_DIR / "secret-key"
    try:
        if not file.exists():
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(secrets.token_urlsafe(48))
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise _not_writable(error) from error


SECRET_KEY = env.text("SECRET_KEY") or (_development_secret() if DEVELOPMENT else "")
if not SECRET_KEY:
    raise env.ConfigurationError("SECRET_KEY is required: a long random text, for example from `openssl rand -base64 48`.")
# What older keys signed is still believed: browser sessions survive a new SECRET_KEY.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

ENCRYPTION_KEYS = env.words("ENCRYPTION_KEYS") or env.words("COOKIE_ENCRYPTION_KEY")
if not ENCRYPTION_KEYS and DEVELOPMENT:
    ENCRYPTION_KEYS = [f"development:{key}" for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS)]
if not ENCRYPTION_KEYS:
    raise env.ConfigurationError(
        "ENCRYPTION_KEYS is required: one or more random texts, for example from `openssl rand -hex 32`."
    )
if any(len(key) < 32 for key in ENCRYPTION_KEYS):
    raise env.ConfigurationError(
        "ENCRYPTION_KEYS (or COOKIE_ENCRYPTION_KEY) must have 32 characters or more each: `openssl rand -hex 32` makes one."
    )

# --- Django ---

ROOT_URLCONF = "mcpserver.urls"
ASGI_APPLICATION = "mcpserver.asgi.application"
AUTH_USER_MODEL = "oauth_bridge.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The outermost wrapper (`edge`) decides on Host, for consumers too; Django would only say the same again.
ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "mcpserver.pages.csrf_failure"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
FORMAT_MODULE_PATH = "mcpserver.formats"

INSTALLED_APPS = [
    "mcpserver.apps.McpServerConfig",  # before staticfiles: `runserver` is ours
    "channels",
    "mcpserver.dashboard.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "social_django",
    "oauth_bridge.apps.OAuthBridgeConfig",
    "tools.apps.ToolsConfig",
]

MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mcpserver.middleware.FriendlyErrors",
    "mcpserver.middleware.CanonicalHost",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mcpserver.context_processors.site",
            ]
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are few and served from where they lie: nothing to collect before the first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEVELOPMENT
WHITENOISE_MAX_AGE = 0 if DEVELOPMENT else 600

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

_https = PUBLIC_URL.startswith("https://")
_cookie_prefix = "__Host-gatehouse" if _https else "gatehouse"
SESSION_COOKIE_NAME = f"{_cookie_prefix}_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "oauth_bridge.browser_sessions"
CSRF_COOKIE_NAME = f"{_cookie_prefix}_csrf"
BROWSER_COOKIE_NAME = f"{_cookie_prefix}_browser"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Lax, not Strict: GitHub's answer arrives by a click on GitHub's page.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

AUTHENTICATION_BACKENDS = [
    "oauth_bridge.github.login.GitHubOAuth2",
    "django.contrib.auth.backends.ModelBackend",
    "oauth_bridge.roles.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "oauth_bridge.hashers.ClientSecretHasher",  # for secrets of clients alone; never chosen for a password
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"

# --- Where things are kept ---

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'gatehouse.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if not env.text("DATABASE_URL"):
        _make_folder()
    # IMMEDIATE: a transaction that will write waits its turn at its start, and never fails in the middle.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 15,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # Django's own, which looks at each connection before it is lent.
    DATABASES["default"]["ENGINE"] = "mcpserver.postgresql"
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 24, "timeout": 5}}

# It answers in a millisecond or not at all: one that hangs must not hang a sign-in.
REDIS_PATIENCE = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}
if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "gatehouse",
            "OPTIONS": REDIS_PATIENCE,
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": REDIS_URL, **REDIS_PATIENCE}], "prefix": "gatehouse"},
        }
    }
else:
    # Throttles count here: at Django's 300 entries a stranger could push their own counter out with 300 other keys.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "gatehouse",
            "OPTIONS": {"MAX_ENTRIES": 200_000},
        }
    }
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- OAuth: the models of django-oauth-toolkit are ours from the first migration ---

OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth_bridge.Client"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth_bridge.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth_bridge.AccessToken"  # noqa: S105
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth_bridge.RefreshToken"  # noqa: S105
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth_bridge.IDToken"  # noqa: S105
OAUTH2_PROVIDER = {
    "CLIENT_SECRET_HASHER": "client_secret_sha256",
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_MATCHING",
            "PKCE_REQUIRED",
        )
    },
}

SOCIAL_AUTH_GITHUB_KEY = GITHUB_CLIENT_ID
SOCIAL_AUTH_GITHUB_SECRET = GITHUB_CLIENT_SECRET
SOCIAL_AUTH_GITHUB_URL = GITHUB_URL
SOCIAL_AUTH_GITHUB_API_URL = GITHUB_API_URL
SOCIAL_AUTH_PIPELINE = [
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "oauth_bridge.github.pipeline.admit",
    "oauth_bridge.github.pipeline.find_or_create_person",
    "oauth_bridge.github.pipeline.seal_credential",
]

LOGGING = logs.config(debug=DEVELOPMENT, access=env.flag("ACCESS_LOG", default=True))

SILENCED_SYSTEM_CHECKS = [
    "security.W001",  # SecurityMiddleware, and
    "security.W002",  # X-Frame-Options: the outermost wrapper sets these headers, for consumers too
    "security.W003",
    "oauth2_provider.W008",  # http redirect URIs: for loopback alone (RFC 8252 §7.3), judged by redirect_uris.py
]
