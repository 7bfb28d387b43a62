"""People, and the rules that let them in."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class PersonManager(BaseUserManager["Person"]):
    """Makes operators with a password; people of GitHub come through ``oauth_bridge.people``."""

    def create_superuser(self, username: str, password: str, **extra: Any) -> "Person":
        """Return a new operator who signs in by password."""
        person = self.model(username=username, login=username, is_staff=True, is_superuser=True, **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """The local user. One of GitHub is keyed by ``github_id``, since logins are renamed and recycled.

    ``username`` is Django's unique handle: ``github:<id>``, or the name an operator signs in with by password.
    """

    username = models.CharField(max_length=150, unique=True)
    github_id = models.BigIntegerField("GitHub id", null=True, blank=True, unique=True)
    login = models.CharField(max_length=150, help_text="GitHub's name for the account, as of the last sign-in")
    name = models.CharField(max_length=255, blank=True)
    is_active = models.BooleanField("active", default=True, help_text="Off: every session ends, and no sign-in succeeds")
    is_staff = models.BooleanField("operator", default=False, help_text="May use this dashboard")
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name_plural = "people"
        ordering = ("login",)

    def __str__(self) -> str:
        return self.login or self.username

    def get_short_name(self) -> str:
        """Return what pages call this person."""
        return self.login or self.username


class AllowRule(models.Model):
    """Who may sign in: one account, the members of an organization, or those of one of its teams.

    A name counts until GitHub's number for it is known, the number from then on: names are given up and taken by others.
    """

    class Kind(models.TextChoices):
        """Whom a rule lets in."""

        LOGIN = "login", "person"
        ORGANIZATION = "organization", "organization"
        TEAM = "team", "team"

    class Source(models.TextChoices):
        """Who wrote the rule: rows of the environment follow its variables at each start."""

        ADMIN = "admin", "dashboard"
        ENVIRONMENT = "environment", "environment"

    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.LOGIN)
    login = models.CharField("GitHub login", max_length=39, help_text="Of the person, or of the organization")
    team = models.CharField(max_length=100, blank=True, help_text="Of a team: the last part of its address at GitHub")
    github_id = models.BigIntegerField(
        "GitHub id", null=True, blank=True, unique=True, help_text="Bound at the first sign-in; renames keep the right"
    )
    organization_id = models.BigIntegerField(null=True, blank=True, help_text="Bound when a member first signs in")
    team_id = models.BigIntegerField(null=True, blank=True, help_text="Bound when a member first signs in")
    is_admin = models.BooleanField("operator", default=False, help_text="Becomes an operator of this server at sign-in")
    expires_at = models.DateTimeField("allowed until", null=True, blank=True, help_text="Sessions end with the rule")
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=16, choices=Source.choices, default=Source.ADMIN, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("kind", "login", "team")
        constraints: ClassVar = [
            # Not of bound ones: the same login may have belonged to two accounts, one after the other.
            models.UniqueConstraint(
                "kind", Lower("login"), Lower("team"), condition=models.Q(github_id__isnull=True), name="allow_rule_name_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.login}/{self.team}" if self.kind == self.Kind.TEAM else self.login

    def is_live(self, now: datetime) -> bool:
        """Return whether the rule has not expired."""
        return self.expires_at is None or self.expires_at > now


class Membership(models.Model):
    """GitHub's word that a person belongs to a rule's organization or team. A definite no deletes the row.

    ``tried_at`` is when GitHub was last asked, answer or not: those who wait longest are asked first.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    rule = models.ForeignKey(AllowRule, on_delete=models.CASCADE, related_name="memberships")
    verified_at = models.DateTimeField()
    tried_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "rule"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.person} by {self.rule}"


class AccessRequest(models.Model):
    """Somebody whom no rule lets in asked for it, as the account that GitHub had just confirmed."""

    class State(models.TextChoices):
        """What the operator made of it."""

        OPEN = "open", "open"
        APPROVED = "approved", "approved"
        REFUSED = "refused", "refused"

    github_id = models.BigIntegerField("GitHub id")
    login = models.CharField("GitHub login", max_length=39)
    message = models.CharField(max_length=300, blank=True)
    client_name = models.CharField("program", max_length=255, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["github_id"], condition=models.Q(state="open"), name="access_request_open_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "at"])]

    def __str__(self) -> str:
        return f"{self.login}, {self.at:%Y-%m-%d}"
