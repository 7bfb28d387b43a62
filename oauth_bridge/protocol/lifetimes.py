"""How long things live, in seconds. The one place."""

PENDING_AUTHORIZATION = 600
SIGN_IN_ATTEMPT = 600
AUTHORIZATION_CODE = 120
ACCESS_TOKEN = 3600
REFRESH_TOKEN_IDLE = 30 * 86400
SESSION = 180 * 86400

# A client that lost the answer to a refresh, or runs in two windows, gets the same successor for this long.
REFRESH_GRACE = 60
