"""An operator's desk: the admin of a server in another process, over real HTTP."""

import re

import httpx2

from tests.support.flow import connect, form_fields
from tests.support.served import Served

SESSIONS = "/admin/oauth_bridge/session/"


class Desk:
    """Somebody signed in to the admin by password."""

    def __init__(self, url: str, *, password: str, login: str = "admin") -> None:
        self.http = connect(url, Origin=url)
        form = form_fields(self.http.get("/admin/login/").text)
        answer = self.http.post("/admin/login/", data={**form, "username": login, "password": password, "next": "/admin/"})
        assert answer.status_code == 302, answer.text[:2000]

    def page(self, path: str) -> str:
        """Return a page of the admin."""
        answer = self.http.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.headers)
        return answer.text

    def end_sessions(self, search: str) -> httpx2.Response:
        """End the sessions that the admin's search finds."""
        address = f"{SESSIONS}?q={search}"
        page = self.page(address)
        found = re.findall(r'name="_selected_action" value="([^"]+)"', page)
        assert found, f"the admin shows no session for {search!r}"
        form = {"csrfmiddlewaretoken": form_fields(page)["csrfmiddlewaretoken"], "action": "end_sessions", "index": "0"}
        return self.http.post(address, data={**form, "_selected_action": found})


def first_admin(served: Served) -> str:
    """Return the password of the first operator, whom ``bootstrap`` makes in development."""
    match = re.search(r"password (\S+)", served.manage("bootstrap"))
    assert match, "there was an operator already"
    return match[1]
