"""A rule of the allow-list, checked as GitHub would."""

from datetime import datetime
from typing import Any

from django import forms

from oauth_bridge.models import AllowRule
from oauth_bridge.protocol import logins

_NO_LOGIN = "A GitHub login has letters, digits and hyphens only, at most 39."
_NO_TEAM = "Write the team as the last part of its address at GitHub: letters, digits, hyphens and underscores."


class MomentWidget(forms.SplitDateTimeWidget):
    """A day and a time, with the browser's own pickers."""

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        day, time = {"type": "date", "aria-label": "The day"}, {"type": "time", "aria-label": "The time (UTC)", "step": "1"}
        super().__init__(attrs, date_format="%Y-%m-%d", time_format="%H:%M:%S", date_attrs=day, time_attrs=time)


class AllowRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A rule, checked as GitHub would."""

    class Meta:
        model = AllowRule
        fields = ("kind", "login", "team", "is_admin", "expires_at", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            # A form that does not say is for a person, as it was before there were kinds.
            self.fields["kind"].required = False

    def clean_kind(self) -> str:
        """Return the kind."""
        return self.cleaned_data["kind"] or AllowRule.Kind.LOGIN

    def clean_login(self) -> str:
        """Return the login.

        Raises:
            ValidationError: it cannot be a login of GitHub's.
        """
        login: str = self.cleaned_data["login"].strip().removeprefix("@")
        if not logins.is_login(login):
            raise forms.ValidationError(_NO_LOGIN)
        return login

    def clean_team(self) -> str:
        """Return the team's slug.

        Raises:
            ValidationError: it cannot be one.
        """
        team: str = self.cleaned_data["team"].strip()
        if team and not logins.is_team(team):
            raise forms.ValidationError(_NO_TEAM)
        return team

    def clean_expires_at(self) -> datetime | None:
        """Return the expiry. A past one is taken: it ends the right now, and keeps the row."""
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        return expires_at

    def clean(self) -> dict[str, Any]:
        """Return the values.

        Raises:
            ValidationError: they do not go together, or there is such a rule.
        """
        data: dict[str, Any] = super().clean() or {}
        # Names of a rule that is bound stay as they are, and are not in the form.
        kind = data.get("kind") or self.instance.kind
        login = data.get("login") or self.instance.login
        team = data.get("team", self.instance.team)
        if (kind == AllowRule.Kind.TEAM) != bool(team):
            self.add_error("team" if "team" in self.fields else None, "A rule for a team names one, and no other rule does.")
        if data.get("is_admin") and kind != AllowRule.Kind.LOGIN:
            self.add_error("is_admin", "Operators are named one by one: write a rule for the person.")
        same_name = AllowRule.objects.filter(kind=kind, login__iexact=login, team__iexact=team).exclude(pk=self.instance.pk)
        if "login" in data and same_name.exists():
            self.add_error(
                "login", "There is a rule of that name. If the name has a new owner at GitHub, delete the rule first."
            )
        return data
