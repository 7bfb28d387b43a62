"""Everything about one person, and the two decisions that cannot be taken lightly, each with a page before it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from oauth_bridge import roles
from oauth_bridge.admin import activity, parts
from oauth_bridge.github import credentials
from oauth_bridge.models import AccessRequest, AllowRule, AuthEvent, GitHubCredential, Membership, Person, Session
from oauth_bridge.people import leaving, rules
from oauth_bridge.people.owners import LastOwner

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Decision:
    """One that has a page before it. ``word`` is what has to be typed: none where it can be taken back."""

    title: str
    button: str
    asks_for_login: bool = False


DECISIONS = {
    "cut-off": Decision("Cut {person} off everywhere?", "Cut off everywhere"),
    "let-back": Decision("Let {person} back?", "Let back"),
    "forget": Decision("Delete all data about {person}?", "Delete all data", asks_for_login=True),
}


def state(person: Person) -> SafeString:
    """Return what an account is, in a word."""
    if not person.is_active:
        return parts.badge("cut off", parts.BAD)
    if role := roles.role_of(person):
        return parts.badge(role.value, parts.WARN)
    return parts.badge("on", parts.GOOD)


def at_the_door() -> dict[str, Any]:
    """Return how many wait for an answer, and whether there is a rule at all."""
    return {
        "waiting_count": AccessRequest.objects.filter(state=AccessRequest.State.OPEN).count(),
        "rule_count": AllowRule.objects.filter(rules.live(timezone.now())).count(),
    }


def facts(person: Person, request: HttpRequest) -> dict[str, Any]:
    """Return what the page shows."""
    now = timezone.now()
    alive = Session.objects.filter(person=person, ended_at__isnull=True, expires_at__gt=now)
    shown = list(Session.objects.filter(person=person).select_related("client").order_by("-last_used_at")[:MAX_SHOWN])
    activity.attach(shown)
    named = Q(github_id__isnull=True, kind=AllowRule.Kind.LOGIN, login__iexact=person.login)
    own, asked = AllowRule.objects.none(), AccessRequest.objects.none()
    if is_of_github := person.github_id is not None:
        own = AllowRule.objects.filter(Q(github_id=person.github_id) | named)
        asked = AccessRequest.objects.filter(github_id=person.github_id)
    held = GitHubCredential.objects.filter(person=person).order_by("-updated_at")
    return {
        "title": str(person),
        "subtitle": person.name or None,
        "person": person,
        "is_allowed": rules.is_allowed(person) if is_of_github else person.is_active,
        "state": state(person),
        "own_rules": [(rule, rule.is_live(now)) for rule in own],
        "memberships": [
            (one, one.rule.is_live(now)) for one in Membership.objects.filter(person=person).select_related("rule")
        ],
        "sessions": shown,
        "session_count": alive.count(),
        "all_count": Session.objects.filter(person=person).count(),
        "credentials": [(row, credentials.is_usable(row)) for row in held],
        "requests": asked[:MAX_SHOWN],
        "events": AuthEvent.objects.filter(person=person).select_related("client")[:MAX_SHOWN],
        "may_operate": roles.may(request, "operate"),
        "is_self": request.user.pk == person.pk,
    }


def decide(model_admin: Any) -> Callable[..., HttpResponse]:
    """Return the view that asks (GET) and does it (POST)."""

    @require_http_methods(["GET", "POST"])
    def confirm(request: HttpRequest, key: int, what: str) -> HttpResponse:
        roles.require(request, "operate")
        person, decision = Person.objects.filter(pk=key).first(), DECISIONS.get(what)
        if person is None or decision is None:
            raise Http404
        if request.method == "POST":
            if not decision.asks_for_login or request.POST.get("login", "").strip().lower() == str(person).lower():
                return _do(request, person, what)
            messages.error(request, f"Nothing was deleted: type {person} to say that you mean it.")
        alive = Session.objects.filter(person=person, ended_at__isnull=True, expires_at__gt=timezone.now())
        context = parts.page_context(
            model_admin,
            request,
            decision.title.format(person=person),
            what=what,
            decision=decision,
            person=person,
            count=alive.count(),
            may_return=rules.group_rules(timezone.now()).exists(),
            way_back=parts.path_of(person),
        )
        return render(request, "admin/oauth_bridge/person_confirm.html", context)

    return confirm


def _do(request: HttpRequest, person: Person, what: str) -> HttpResponse:
    operator, name, path = parts.operator_of(request), str(person), parts.path_of(person)
    try:
        match what:
            case "cut-off":
                ended = leaving.cut_off(person, operator=operator)
                return parts.back(request, f"Cut off: {name}. {parts.count_of(ended, 'session')} ended.", path)
            case "let-back":
                leaving.let_back(person, operator=operator)
                return parts.back(request, f"Let back: {name} may come in if a rule says so.", path)
            case _:
                leaving.forget(person, operator=operator)
    except (leaving.Protected, LastOwner) as error:
        return parts.back(request, str(error), path, level=messages.ERROR)
    return parts.back(request, f"All data about {name} is deleted.", reverse("admin:oauth_bridge_person_changelist"))
