"""The page of those who run this server: who they are, what each may do, and how they sign in. For owners."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from mcpserver.dashboard import roles
from mcpserver.dashboard.roles import Role
from oauth_bridge.models import Person
from oauth_bridge.people import operators, owners

_MOST = 200
_CHOICES = [(role.value, role.value.capitalize()) for role in Role]


class Named(forms.Form):
    """Somebody who becomes an operator: an account of GitHub's that was here before, or a name with a password of our own."""

    way = forms.ChoiceField(label="Signs in", choices=[("github", "through GitHub"), ("password", "with a password made here")])
    name = forms.CharField(
        label="Login", max_length=100, validators=[UnicodeUsernameValidator()], widget=forms.TextInput({"autocomplete": "off"})
    )
    role = forms.ChoiceField(label="Role", choices=_CHOICES)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the operators."""
    roles.require(request, "own")
    return _page(request, Named())


@require_POST
@sensitive_variables("password")
def add(request: HttpRequest) -> HttpResponse:
    """Name an operator. A password is on the answer, and nowhere else."""
    roles.require(request, "own")
    form = Named(request.POST)
    if not form.is_valid():
        return _page(request, form)
    name, role = form.cleaned_data["name"], Role(form.cleaned_data["role"])
    try:
        if form.cleaned_data["way"] == "password":
            person, password = operators.add(name, role, operator=_owner(request))
            return _page(request, Named(), told=person, password=password)
        found = operators.of_github(name)
        operators.assign(found, role, operator=_owner(request))
    except (operators.NotPossible, owners.LastOwner) as error:
        form.add_error(None, str(error))
        return _page(request, form)
    return _back(request, f"{found} is {role.value} now.")


@require_POST
def change(request: HttpRequest, key: int) -> HttpResponse:
    """Give an operator another role, or none."""
    roles.require(request, "own")
    person = get_object_or_404(Person, pk=key)
    asked = request.POST.get("role", "")
    if asked not in {*Role.values, "none"}:
        return _back(request, "Choose a role.", level=messages.ERROR)
    try:
        operators.assign(person, None if asked == "none" else Role(asked), operator=_owner(request))
    except (operators.NotPossible, owners.LastOwner) as error:
        return _back(request, str(error), level=messages.ERROR)
    return _back(request, f"{person} is no operator any more." if asked == "none" else f"{person} is {asked} now.")


@require_POST
@sensitive_variables("password")
def renew_password(request: HttpRequest, key: int) -> HttpResponse:
    """Give an operator a new password."""
    roles.require(request, "own")
    person = get_object_or_404(Person, pk=key, is_staff=True)
    if person.pk == request.user.pk:
        return _back(request, "Change your own password under Change password.", level=messages.ERROR)
    try:
        password = operators.renew_password(person, operator=_owner(request))
    except operators.NotPossible as error:
        return _back(request, str(error), level=messages.ERROR)
    return _page(request, Named(), told=person, password=password)


def _page(request: HttpRequest, form: Named, *, told: Person | None = None, password: str = "") -> HttpResponse:
    people = Person.objects.filter(is_staff=True).prefetch_related("groups").order_by("login", "pk")[:_MOST]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Operators",
        "form": form,
        "roles": [(role.value, role.label.partition(": ")[2]) for role in Role],
        "choices": [*_CHOICES, ("none", "No operator")],
        "operators": [{"person": person, "role": _role(person)} for person in people],
        "told": told,
        "password": password,
    }
    return render(request, "admin/operators.html", context)


def _role(person: Person) -> str:
    """Return a role from what the list has read already."""
    if person.is_superuser:
        return Role.OWNER.value
    names = {group.name for group in person.groups.all()}
    return next((role.value for role in reversed(Role) if role.value in names), "none")


def _owner(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # noqa: S101  the right was asked for
    return request.user


def _back(request: HttpRequest, text: str, *, level: int = messages.SUCCESS) -> HttpResponse:
    messages.add_message(request, level, text)
    return HttpResponseRedirect(reverse("admin:operators"))
