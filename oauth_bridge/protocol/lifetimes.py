"""How long things live, in seconds. The one place."""

PENDING_AUTHORIZATION = 600
SIGN_IN_ATTEMPT = 600
AUTHORIZATION_CODE = 120
ACCESS_TOKEN = 3600
REFRESH_TOKEN_IDLE = 30 * 86400
SESSION = 180 * 86400

# A client that lost the answer to a refresh, or runs in two windows, gets the same successor for this long.
REFRESH_GRACE = 60

# A client's document: what its site says of caching counts between these, and this where it says nothing.
CLIENT_DOCUMENT_FRESH_MIN = 300
CLIENT_DOCUMENT_FRESH = 3600
CLIENT_DOCUMENT_FRESH_MAX = 86400
# How old a stored copy may be while the site does not answer, or answers something unusable.
CLIENT_DOCUMENT_STALE = 30 * 86400

CLIENT_ASSERTION_MAX = 3600

# A registration that never got a token is given again to an equal one for this long, and removed after that.
REGISTRATION_SHARED = 3600
REGISTRATION_UNUSED = 86400
# Between "nobody may use it" and "the row is gone": longer than any request lasts.
REGISTRATION_RETIRED = 600
CLOCK_SKEW = 60

# GitHub's word that somebody belongs to an organization or a team: older, and GitHub is asked again.
MEMBERSHIP_FRESH = 3600

# How long somebody whom GitHub confirmed, and no rule lets in, may press *Ask for access*; and when they may ask again.
ACCESS_TICKET = 600
ACCESS_REQUEST_PAUSE = 86400
