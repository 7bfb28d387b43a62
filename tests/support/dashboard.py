"""An operator at the dashboard, over HTTP: signs in by password, opens pages, runs actions."""

import httpx2

from oauth_bridge.models import Person
from tests.conftest import Live
from tests.support.flow import connect, form_fields

PASSWORD = "a long pass phrase for tests"


class Operator:
    """A signed-in operator's browser."""

    def __init__(self, live: Live, *, username: str = "root") -> None:
        self.http = connect(live.url, **{"User-Agent": "Operator 1.0"})
        self.url = live.url
        Person.objects.create_superuser(username, PASSWORD)
        answer = sign_in(self.http, live.url, username, PASSWORD)
        assert answer.status_code == 302, answer.text[:500]

    def page(self, path: str) -> str:
        """Return a page of the dashboard; it must open."""
        answer = self.http.get(f"/admin/{path}")
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def post(self, path: str, **form: object) -> httpx2.Response:
        """Send a form of the dashboard, with the token that its page gave."""
        return self.post_to(path, path, **form)

    def post_to(self, page: str, path: str, **form: object) -> httpx2.Response:
        """Send a form that stands on another page."""
        token = form_fields(self.http.get(f"/admin/{page}").text)["csrfmiddlewaretoken"]
        data = {"csrfmiddlewaretoken": token, **form}
        return self.http.post(f"/admin/{path}", data=data, headers={"Origin": self.url})

    def act(self, table: str, action: str, *keys: object) -> httpx2.Response:
        """Run an action on rows of a table."""
        path = f"oauth_bridge/{table}/"
        return self.post(path, action=action, _selected_action=[str(key) for key in keys])


def sign_in(http: httpx2.Client, url: str, username: str, password: str, **headers: str) -> httpx2.Response:
    """Send the password form."""
    token = form_fields(http.get("/admin/login/").text)["csrfmiddlewaretoken"]
    data = {"csrfmiddlewaretoken": token, "username": username, "password": password, "next": "/admin/"}
    return http.post("/admin/login/", data=data, headers={"Origin": url, **headers})
