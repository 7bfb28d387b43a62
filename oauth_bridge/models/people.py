"""People, and the rules that let them in."""

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
    """One GitHub account that may sign in; by login until seen, by numeric id from then on."""

    class Source(models.TextChoices):
        """Who wrote the rule: rows of the environment follow ``ALLOWED_USERNAMES`` and ``ADMIN_USERNAMES`` at each start."""

        ADMIN = "admin", "dashboard"
        ENVIRONMENT = "environment", "environment"

    login = models.CharField("GitHub login", max_length=39)
    github_id = models.BigIntegerField(
        "GitHub id", null=True, blank=True, unique=True, help_text="Bound at the first sign-in; renames keep the right"
    )
    is_admin = models.BooleanField("operator", default=False, help_text="Becomes an operator of this server at sign-in")
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=16, choices=Source.choices, default=Source.ADMIN, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("login",)
        constraints: ClassVar = [models.UniqueConstraint(Lower("login"), name="allow_rule_login_unique")]

    def __str__(self) -> str:
        return self.login
