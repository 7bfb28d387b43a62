"""What the operator decides about tools, and the record of calls. People, clients and sessions are numbers and words here."""

from typing import Any, ClassVar

from django.contrib.auth.models import Group
from django.db import models, transaction
from django.utils import timezone

TARGET_HELP = "Name of a tool, set:NAME, or * for all"
SITE = 1


class Decision(models.Model):
    """Something that the operator decided. It is told in the transaction that writes it (``tools.apps``).

    Save and delete rows; an ``update`` of many is told to nobody.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it, and tell of it, or neither."""
        with transaction.atomic():
            super().save(*args, **kwargs)


class ToolRule(Decision):
    """Who may use what. ``tools.permissions`` says how rules are read together.

    ``name`` is the organization, ``organization/team``, the person's login, or a client: its id, or the host of its document.
    A person is known by ``github_id``: logins are given up and taken by others.
    """

    class Who(models.TextChoices):
        """Whom a rule is about."""

        EVERYONE = "everyone", "everyone"
        ORGANIZATION = "organization", "members of an organization"
        TEAM = "team", "members of a team"
        GROUP = "group", "a group of this server"
        PERSON = "person", "one person"
        CLIENT = "client", "one program"

    class Effect(models.TextChoices):
        """What a rule does."""

        ALLOW = "allow", "allow"
        DENY = "deny", "deny"

    target = models.CharField("tool", max_length=100, help_text=TARGET_HELP)
    effect = models.CharField(max_length=5, choices=Effect.choices)
    who = models.CharField(max_length=12, choices=Who.choices)
    name = models.CharField(max_length=255, blank=True, help_text="Of the organization, organization/team, person or program")
    github_id = models.BigIntegerField("GitHub id", null=True, blank=True, help_text="Of the person")
    # Protected: with its group an allow would go, and open the tool to everybody.
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("target", "who", "name")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="tool_rule_names_whom",
                condition=models.Q(who="everyone", name="", github_id=None, group=None)
                | models.Q(who="group", name="", github_id=None, group__isnull=False)
                | models.Q(who="person", github_id__isnull=False, group=None)
                | (models.Q(who__in=("organization", "team", "client"), github_id=None, group=None) & ~models.Q(name="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.whom()}: {self.target}"

    def whom(self) -> str:
        """Return whom the rule is about, in one word: ``everyone``, ``org:NAME``, ``team:ORG/NAME``, ``group:NAME``, …"""
        match self.who:
            case self.Who.EVERYONE:
                return "everyone"
            case self.Who.GROUP:
                return f"group:{self.group}"
            case self.Who.PERSON:
                return f"person:{self.name or self.github_id}"
            case self.Who.ORGANIZATION:
                return f"org:{self.name}"
            case _:
                return f"{self.who}:{self.name}"


class ToolSwitch(Decision):
    """On or off, for a tool or a set. Without a row the setting ``TOOLS_ON`` decides."""

    target = models.CharField("tool", max_length=100, unique=True, help_text=TARGET_HELP)
    is_on = models.BooleanField("on")
    message = models.CharField(max_length=300, blank=True, help_text="What callers are told while it is off")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "tool switches"
        ordering = ("target",)

    def __str__(self) -> str:
        return f"{self.target} is {'on' if self.is_on else 'off'}"


class ToolSettings(Decision):
    """What holds for all tools: one row, or none while nothing was decided."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=SITE, editable=False)
    read_only = models.BooleanField(
        "only reading", default=False, help_text="Tools that write are hidden and refused, whatever else says otherwise"
    )

    class Meta:
        verbose_name = verbose_name_plural = "settings of tools"
        constraints: ClassVar = [models.CheckConstraint(name="tool_settings_are_one_row", condition=models.Q(id=SITE))]

    def __str__(self) -> str:
        return "only reading" if self.read_only else "reading and writing"


class ReadOnlyClient(Decision):
    """A program through which tools only read. ``client`` is its id, or the host of its document."""

    client = models.CharField("program", max_length=255, unique=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "program that only reads"
        verbose_name_plural = "programs that only read"
        ordering = ("client",)

    def __str__(self) -> str:
        return self.client


class ToolCall(models.Model):
    """One call. Written in batches, a second after it at most; never changed.

    ``result_size`` is in characters of JSON, of text and structured content together. ``arguments`` is JSON in ASCII, and empty
    unless the tool chose ``record_arguments``.
    """

    at = models.DateTimeField(default=timezone.now, help_text="When it ended")
    github_id = models.BigIntegerField("GitHub id")
    login = models.CharField(max_length=150)
    client_id = models.CharField(max_length=255, blank=True)
    client_name = models.CharField(max_length=255, blank=True)
    session_id = models.CharField(max_length=36, blank=True)
    tool = models.CharField(max_length=100)
    tool_set = models.CharField("set", max_length=100)
    outcome = models.CharField(max_length=32)
    duration_ms = models.PositiveIntegerField()
    result_size = models.PositiveIntegerField()
    request_id = models.CharField("reference", max_length=64, db_index=True)
    arguments = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["at"]),
            models.Index(fields=["tool", "at"]),
            models.Index(fields=["github_id", "at"]),
            models.Index(fields=["client_id", "at"]),
            models.Index(fields=["session_id", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.tool} by {self.login}: {self.outcome}"


class ToolDefinition(models.Model):
    """What a tool looked like to clients when this server last started. ``sha256`` is of its definition as canonical JSON."""

    name = models.CharField(max_length=100, primary_key=True)
    sha256 = models.CharField(max_length=64)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} since {self.since:%Y-%m-%d}"
