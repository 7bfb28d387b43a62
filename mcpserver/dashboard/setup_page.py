"""The set-up guide: each step turns green by itself."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from mcpserver.dashboard import setup_steps
from mcpserver.dashboard.roles import require


def setup(request: HttpRequest) -> HttpResponse:
    """Return the guide."""
    require(request, "view")
    found = setup_steps.steps()
    page = {"title": "Set-up", "steps": found, "left": sum(not step.is_done for step in found)}
    return render(request, "admin/setup.html", {**admin.site.each_context(request), **page})


def steps(request: HttpRequest) -> JsonResponse:
    """Return which steps are done, for the page that waits for them: ``{"address": false, …}``."""
    require(request, "view")
    found = {step.key: step.is_done for step in setup_steps.steps()}
    return JsonResponse(found, headers={"Cache-Control": "no-store"})
