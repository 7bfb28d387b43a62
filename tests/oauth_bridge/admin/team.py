"""Operators of each role, at the dashboard over HTTP."""

from django.contrib.auth.models import Group

from oauth_bridge.models import Person
from tests.conftest import Live
from tests.support.dashboard import PASSWORD, Operator, sign_in
from tests.support.flow import connect


class Colleague(Operator):
    """Somebody with a role who is no superuser."""

    def __init__(self, live: Live, role: str) -> None:
        person = Person(username=role, login=role, is_staff=True)
        person.set_password(PASSWORD)
        person.save()
        person.groups.add(Group.objects.get_or_create(name=role)[0])
        self.http, self.url = connect(live.url), live.url
        assert sign_in(self.http, live.url, role, PASSWORD).status_code == 302
