"""``/auth``: the client is judged, then the person is asked, before anything goes to GitHub."""

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from oauth_bridge import browser as browsers
from oauth_bridge import clients, codes, pending, people, throttle
from oauth_bridge.browser import Browser
from oauth_bridge.documents import hosts, store
from oauth_bridge.github import attempts, credentials, login
from oauth_bridge.models import Client, ClientHost, GitHubCredential, PendingAuthorization, Person
from oauth_bridge.protocol import authorization, client_documents, client_urls, parameters, redirect_uris, scopes
from oauth_bridge.protocol.errors import OAuthError, UntrustedRequest
from oauth_bridge.views import client_document_pages, pages
from oauth_bridge.views.redirects import code_url, error_url, found
from wire import csp


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Show the consent page (GET), or take its answer (POST)."""
    try:
        throttle.check("TOKEN", browsers.address(request))
        return _answer(request) if request.method == "POST" else _ask(request)
    except throttle.Throttled as error:
        return pages.throttled(request, error)


def code_for(waiting: PendingAuthorization, person: Person, credential: GitHubCredential, browser: Browser) -> str | None:
    """Return the code of an allowed request, for the browser that allowed it; None if there is none to give any more."""
    try:
        return codes.give(waiting, person, credential, browser)
    except codes.AlreadyAnswered:
        return None


def answered(request: HttpRequest, waiting: PendingAuthorization, code: str | None) -> HttpResponse:
    """Send a request's code to the client, or say that the request was answered before."""
    return pages.already_answered(request) if code is None else found(code_url(waiting, code))


def signed_in_person(request: HttpRequest) -> Person | None:
    """Return the GitHub person of the browser session; an operator with a password is nobody here."""
    user = request.user
    return user if isinstance(user, Person) and user.github_id is not None and user.is_active else None


def _ask(request: HttpRequest) -> HttpResponse:
    """Judge client and redirect URI first: with either wrong there is a page, and no redirect (RFC 6749 §4.1.2.1)."""
    try:
        sent = _read(request)
        client = _client(request, sent)
        if client is None:
            return pages.unknown_client(request)
        redirect_uri, was_sent = authorization.redirect_uri(sent, client.registered_redirect_uris)
    except UntrustedRequest as error:
        return pages.untrusted_request(request, error)
    except store.Unavailable as error:
        return client_document_pages.unavailable(request, error)
    state = None
    try:
        state = authorization.state(sent)
        asked = authorization.parse(sent, origin=settings.PUBLIC_URL)
    except OAuthError as error:
        return found(
            authorization.response_url(
                redirect_uri.uri, issuer=settings.PUBLIC_URL, state=state, error=error.code, error_description=error.description
            )
        )
    browser = browsers.of(request)
    waiting, raw_id = pending.create(
        asked, client=client, redirect_uri=redirect_uri, redirect_uri_was_sent=was_sent, state=state, browser=browser
    )
    return _consent_page(request, waiting, raw_id, browser)


def _client(request: HttpRequest, sent: parameters.Parameters) -> Client | None:
    client_id = authorization.client_id(sent)
    if not (settings.CLIENT_DOCUMENTS and client_documents.is_document_url(client_id)):
        return clients.find(client_id)
    return store.find(
        client_id,
        is_plausible=authorization.is_plausible(sent, origin=settings.PUBLIC_URL),
        before_first_fetch=lambda is_known: throttle.check("REGISTER", browsers.address(request), with_everybody=not is_known),
    )


def _answer(request: HttpRequest) -> HttpResponse:
    browser = browsers.of(request)
    raw_id = request.POST.get("pending", "")
    waiting = pending.find(raw_id, browser)
    if waiting is None:
        return pages.start_again(request)
    match request.POST.get("decision"):
        case "allow":
            shown = request.POST.get("shown_person", "")
            if shown and shown != _handle(signed_in_person(request)):
                # Another tab signed somebody else in, or this one out: nobody allows in another name than the page showed.
                return _consent_page(request, waiting, raw_id, browser)
            return _allow(request, waiting, browser)
        case "deny":
            if not pending.deny(waiting, person=signed_in_person(request)):
                return pages.already_answered(request)
            return found(error_url(waiting, "access_denied", "The person refused."))
        case "switch":
            logout(request)
            PendingAuthorization.objects.filter(pk=waiting.pk).update(select_account=True)
            return _consent_page(request, waiting, raw_id, browser)
        case _:
            return pages.start_again(request)


def _allow(request: HttpRequest, waiting: PendingAuthorization, browser: Browser) -> HttpResponse:
    wanted = tuple(waiting.scope.split())
    person = signed_in_person(request)
    credential = credentials.covering(person, wanted) if person is not None and people.is_fresh(person) else None
    if credential is None:
        # Before anything is written: what is refused leaves no row.
        throttle.check_sign_in(browser.address, browser.value, is_new=browser.is_new)
    # One transaction: each commit is a write to the disk that the person waits for.
    with transaction.atomic():
        # First, as in a sign-in: an operator may be ending just now what the person has.
        if credential is not None and not credentials.hold(credential):
            credential = None
        if not pending.allow(waiting, person=person):
            return pages.already_answered(request)
        if person is not None and credential is not None:
            return answered(request, waiting, code_for(waiting, person, credential, browser))
        trip = attempts.begin(browser, scope=scopes.at_github(wanted), pending=waiting)
    return found(login.begin_url(request, trip, select_account=waiting.select_account))


def _handle(person: Person | None) -> str:
    """Return what the consent form says of whom it showed."""
    return str(person.pk) if person else ""


def _consent_page(request: HttpRequest, waiting: PendingAuthorization, raw_id: str, browser: Browser) -> HttpResponse:
    redirect_uri = redirect_uris.parse(waiting.redirect_uri)
    person = signed_in_person(request)
    page = {
        "client": _client_facts(waiting.client),
        "redirect": {
            "uri": redirect_uri.uri,
            "host": redirect_uri.display_host,
            "is_local": redirect_uri.is_loopback,
            "is_private_scheme": redirect_uri.is_private_use,
        },
        "permissions": [scopes.SCOPES[name] for name in waiting.scope.split()],
        "person": person,
        "shown_person": _handle(person),
        "pending": raw_id,
    }
    response = render(request, "consent.html", page)
    # The form's answer leads to GitHub, or straight to the client: browsers hold redirects to `form-action` as well.
    response.headers["Content-Security-Policy"] = csp.policy([settings.GITHUB_URL, redirect_uri.form_action_source])
    response.headers["Cache-Control"] = "no-store"
    browsers.remember(response, browser)
    return response


def _client_facts(client: Client) -> dict[str, object]:
    """Return what the page says of the program. ``host`` is where its document was read."""
    host = client_urls.host_of(client.client_id) if client.registration_source == store.DOCUMENT else None
    return {
        "host": host,
        "is_known_host": host is not None and hosts.trust_of(host) == ClientHost.Trust.KNOWN,
        "name": client.name or "A program without a name",
        "client_id": client.client_id,
        "website": client.client_uri or None,
        "registered": client.created,
    }


def _read(request: HttpRequest) -> parameters.Parameters:
    try:
        return parameters.parse(request.META.get("QUERY_STRING", "").encode())
    except OAuthError as error:
        raise UntrustedRequest(error.code, error.description) from None
