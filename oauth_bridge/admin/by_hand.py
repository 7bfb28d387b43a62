"""A client made by an operator, for programs that want an id and a secret typed in. The secret is shown once."""

import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from oauth_bridge import audit, clients, roles
from oauth_bridge.admin import parts
from oauth_bridge.models import Client, Person
from oauth_bridge.protocol import registration, tokens
from oauth_bridge.protocol.errors import RegistrationError
from oauth_bridge.protocol.registration import ClientMetadata

_SALT = "client by hand"
_METHODS = (
    ("client_secret_basic", "A secret, in the Authorization header (client_secret_basic)"),
    ("client_secret_post", "A secret, in the form (client_secret_post)"),
    ("none", "No secret (public client, PKCE alone)"),
)


class ClientForm(forms.Form):
    """What a program's settings ask for. ``handle`` is the client's id, signed: the form sent twice makes one client."""

    name = forms.CharField(
        max_length=registration.MAX_NAME_LENGTH,
        help_text="People see it on the consent page, as a name that nobody has checked",
    )
    redirect_uris = forms.CharField(
        label="Redirect URIs",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One a line, as the program's own settings show them",
    )
    method = forms.ChoiceField(label="How it proves itself", choices=_METHODS, widget=forms.RadioSelect, initial=_METHODS[0][0])
    handle = forms.CharField(widget=forms.HiddenInput)
    metadata: ClientMetadata

    def clean_handle(self) -> str:
        """Return the id that the page was given.

        Raises:
            ValidationError: it is not ours, or an hour old.
        """
        try:
            client_id: str = signing.loads(self.cleaned_data["handle"], salt=_SALT, max_age=3600)
        except signing.BadSignature:
            raise forms.ValidationError("The page is too old. Open it again.") from None
        return client_id

    def clean(self) -> dict[str, Any]:
        """Return the values, judged as a registration's are.

        Raises:
            ValidationError: a redirect URI cannot be registered.
        """
        data: dict[str, Any] = super().clean() or {}
        document = {
            "client_name": data.get("name", ""),
            "redirect_uris": data.get("redirect_uris", "").split(),
            "token_endpoint_auth_method": data.get("method"),
            "grant_types": list(registration.GRANT_TYPES),
        }
        try:
            self.metadata = registration.parse(document)
        except RegistrationError as error:
            raise forms.ValidationError(str(error.description)) from None
        # A registration may lose the ones that are unusable; an operator wants to know.
        if lost := [uri for uri in document["redirect_uris"] if uri not in self.metadata.redirect_uris]:
            self.add_error("redirect_uris", f"Not usable: {lost[0]}")
        return data


def page(model_admin: Any) -> Callable[..., HttpResponse]:
    """Return the view with the form (GET), which answers with the new client and its secret (POST)."""

    @require_http_methods(["GET", "POST"])
    def new(request: HttpRequest) -> HttpResponse:
        roles.require(request, "operate")
        if request.method != "POST":
            form = ClientForm(initial={"handle": signing.dumps(secrets.token_hex(16), salt=_SALT)})
            return _show(model_admin, request, form)
        form = ClientForm(request.POST)
        if not form.is_valid():
            return _show(model_admin, request, form)
        try:
            client, secret = _make(form, operator=parts.operator_of(request))
        except IntegrityError:
            form.add_error(None, "This client was made already, and its secret shown once. Open the page again for another.")
            return _show(model_admin, request, form)
        context = parts.page_context(
            model_admin, request, "The client is ready", client=client, secret=secret, client_path=parts.path_of(client)
        )
        response = render(request, "admin/oauth_bridge/client_made.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    return new


def _show(model_admin: Any, request: HttpRequest, form: ClientForm) -> HttpResponse:
    context = parts.page_context(model_admin, request, "New client", form=form)
    return render(request, "admin/oauth_bridge/client_new.html", context)


@transaction.atomic
def _make(form: ClientForm, *, operator: Person) -> tuple[Client, str | None]:
    has_secret = form.metadata.token_endpoint_auth_method in registration.SECRET_METHODS
    secret = tokens.mint(tokens.CLIENT_SECRET) if has_secret else None
    client = Client.objects.create(
        client_id=form.cleaned_data["handle"],
        client_secret=secret or "",
        hash_client_secret=has_secret,
        registration_source=Client.RegistrationSource.MANUAL,
        **clients.fields(form.metadata),
    )
    audit.record(
        audit.Kind.CLIENT_REGISTERED, client=client, operator=operator, redirect_uris=list(form.metadata.redirect_uris)
    )
    return client, secret
