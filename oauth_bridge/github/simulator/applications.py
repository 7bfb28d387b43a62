"""``DELETE /applications/{client_id}/token`` and ``…/grant``: the application gives back what it holds.

The application signs in with HTTP Basic, client id and secret; the token stands in the body, never in the address.
"""

import base64
import binascii
import hmac

from oauth_bridge.github.simulator.calls import Call, invalid, not_found, refusal
from oauth_bridge.github.simulator.messages import Response
from oauth_bridge.github.simulator.tokens import Token


def delete_token(call: Call) -> Response:
    """End one token."""
    found = _find(call)
    if isinstance(found, Response):
        return found
    call.state.revocations.end(found)
    return Response(204)


def delete_grant(call: Call) -> Response:
    """End all that this application holds of the token's person."""
    found = _find(call)
    if isinstance(found, Response):
        return found
    call.state.revocations.end_grant(found.person_id, found.client_id, at=call.state.microseconds())
    return Response(204)


def _find(call: Call) -> Token | Response:
    if not _is_application(call):
        return refusal(401, "Requires authentication", page="apps/oauth-applications")
    text = call.request.json_object().get("access_token")
    if not isinstance(text, str) or not text:
        return invalid("OauthAccess", "access_token")
    token = call.state.live_token(text)
    return token if token is not None and token.client_id == call.parts["client_id"] else not_found()


def _is_application(call: Call) -> bool:
    scheme, _, encoded = call.request.headers.get("authorization", "").partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    client_id, _, secret = decoded.partition(":")
    expected = call.state.settings.client_secret
    known = secret != "" if expected is None else hmac.compare_digest(secret.encode(), expected.encode())
    return scheme.lower() == "basic" and client_id == call.parts["client_id"] and known
