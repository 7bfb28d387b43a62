"""What happened, for the operator to look up: one row a step, never changed but for a count."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class AuthEvent(models.Model):
    """One security-relevant step, written in the transaction of what it tells of. It names no secret, code or token.

    ``login`` and ``client_name`` are what they were at the time: the row says the same after a rename.
    """

    class Kind(models.TextChoices):
        """What can happen."""

        CLIENT_REGISTERED = "client_registered", "client registered"
        CLIENT_CHANGED = "client_changed", "client changed"
        CLIENT_DELETED = "client_deleted", "client deleted"
        CLIENT_REFUSED = "client_refused", "client refused"
        DOCUMENT_FETCHED = "document_fetched", "client document fetched"
        DOCUMENT_CHANGED = "document_changed", "client document changed"
        CONSENT_GIVEN = "consent_given", "consent given"
        CONSENT_REFUSED = "consent_refused", "consent refused"
        SIGNED_IN = "signed_in", "signed in"
        SIGN_IN_REFUSED = "sign_in_refused", "sign-in refused"
        SIGN_IN_FAILED = "sign_in_failed", "sign-in failed at GitHub"
        ACCESS_REQUESTED = "access_requested", "access asked for"
        ACCESS_DECIDED = "access_decided", "request for access decided"
        TOKENS_ISSUED = "tokens_issued", "tokens issued"
        TOKENS_REFRESHED = "tokens_refreshed", "tokens refreshed"
        REFRESH_REPEATED = "refresh_repeated", "refresh repeated within the grace"
        CODE_REPLAYED = "code_replayed", "authorization code presented again"
        REFRESH_REUSED = "refresh_reused", "old refresh token presented again"
        SESSION_ENDED = "session_ended", "session ended"
        CREDENTIAL_DIED = "credential_died", "GitHub refused the person's token"
        RULE_ADDED = "rule_added", "rule added"
        RULE_CHANGED = "rule_changed", "rule changed"
        RULE_REMOVED = "rule_removed", "rule removed"
        PERSON_SWITCHED = "person_switched", "person switched on or off"
        KEYS_ROTATED = "keys_rotated", "stored secrets sealed again"
        RESOURCE_SERVER_CHANGED = "resource_server_changed", "resource server changed"
        OPERATOR_SIGNED_IN = "operator_signed_in", "operator signed in by password"
        OPERATOR_REFUSED = "operator_refused", "operator's password refused"
        OPERATOR_CHANGED = "operator_changed", "operator named, changed or dismissed"
        PASSWORD_CHANGED = "password_changed", "operator's password changed"
        CHANGED_BY_HAND = "changed_by_hand", "changed on the dashboard"
        TOOL_CHANGED = "tool_changed", "tool looks otherwise to clients"
        TOOL_CALLS = "tool_calls", "tool calls recorded"
        CALLS_DELETED = "calls_deleted", "records of tool calls deleted"
        AUDIT_EXPORTED = "audit_exported", "audit exported"
        AUDIT_SHORTENED = "audit_shortened", "old audit events deleted"
        AUDIT_ACCEPTED = "audit_accepted", "broken audit chain taken up again"
        COUNTED_ONLY = "counted_only", "more of the same by nobody known, counted"

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=32, choices=Kind.choices)
    request_id = models.CharField("reference", max_length=64, db_index=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="events")
    login = models.CharField(max_length=150, blank=True)
    client = models.ForeignKey("oauth_bridge.Client", null=True, on_delete=models.SET_NULL, related_name="events")
    client_name = models.CharField(max_length=255, blank=True)
    session = models.ForeignKey("oauth_bridge.Session", null=True, on_delete=models.SET_NULL, related_name="events")
    operator = models.CharField("by operator", max_length=150, blank=True)
    detail = models.JSONField(default=dict)
    # The chain (`oauth_bridge/chain`): written once, a moment later, by whoever seals. Nothing of it costs a sign-in time.
    sequence = models.BigIntegerField(null=True, editable=False, help_text="Its place in the chain, from 1")
    hash = models.CharField(max_length=64, blank=True, editable=False, help_text="Of its content and the hash before it")
    seal = models.JSONField(null=True, editable=False, help_text="Whom it was about, and what its erasable part hashes to")
    salt = models.CharField(max_length=32, blank=True, editable=False, help_text="Empty once what was personal is erased")

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "at"]),
            models.Index(fields=["person", "at"]),
            models.Index(fields=["id"], condition=models.Q(sequence__isnull=True), name="auth_event_unsealed"),
        ]
        constraints: ClassVar = [
            # Of sealed ones alone: writing an event touches no more than the index above.
            models.UniqueConstraint(fields=["sequence"], condition=models.Q(sequence__isnull=False), name="auth_event_sequence")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M:%S}"


class AuditMark(models.Model):
    """Where the chain of events begins and where it ends, authenticated under a key of the server.

    Whoever can write the database can hash a chain of their own; these rows they cannot make. ``sequence`` of the mark
    ``calls`` is a time, in microseconds since the epoch.
    """

    class Name(models.TextChoices):
        """Those that there are."""

        HEAD = "head", "the newest sealed event"
        ANCHOR = "anchor", "the newest event that retention has deleted"
        CALLS = "calls", "the time before which no call is proved"

    name = models.CharField(max_length=8, choices=Name.choices, primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    mac = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.name} at {self.sequence}"
