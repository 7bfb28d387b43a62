"""``/health`` says that the process serves; ``/health/ready`` that the parts it needs answer."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from oauth_bridge.views.answers import json_response

logger = logging.getLogger(__name__)


@require_safe
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Return 200 ``OK``."""
    return HttpResponse("OK", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Return 200, or 503 with the parts that fail."""
    parts = {"database": _database, "cache": _cache}
    failing = [name for name, check in parts.items() if not _works(name, check)]
    body = {"status": "unavailable" if failing else "ready", "failing": failing}
    return json_response(body, status=503 if failing else 200)


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001  whatever a driver raises, the part does not work
        logger.warning("%s is not ready: %s", name, type(error).__name__)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    cache.set("health", "1", timeout=5)
    if cache.get("health") != "1":
        raise ConnectionError
