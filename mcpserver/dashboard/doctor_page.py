"""The connection doctor's page."""

from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mcpserver.dashboard import doctor as checks
from mcpserver.dashboard.roles import require

# A page that is reloaded without end must not become a load generator.
_KEEP_SECONDS = 3


def doctor(request: HttpRequest) -> HttpResponse:
    """Return what every check found, just now."""
    require(request, "view")
    findings = cache.get("dashboard:doctor")
    if findings is None:
        findings = checks.examine()
        cache.set("dashboard:doctor", findings, _KEEP_SECONDS)
    page = {
        "title": "Connection doctor",
        "site_address": settings.PUBLIC_URL,
        "findings": findings,
        "wrong": sum(not finding.is_good for finding in findings),
    }
    return render(request, "admin/doctor.html", {**admin.site.each_context(request), **page})
