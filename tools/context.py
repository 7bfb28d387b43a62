"""Who calls a tool, and what the tool may use on that person's behalf."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeVar, Unpack, overload

from pydantic import BaseModel

from tools import asking
from tools.asking import Answer, Question, Root
from tools.github import GitHub
from tools.link import UNLINKED, Link, LogLevel
from tools.running import Running
from tools.sampling import Messages, Options, Sampled
from wire import values

FormT = TypeVar("FormT", bound=BaseModel)
AnswerT = TypeVar("AnswerT")


@values.value
class Person:
    """The person who signed in. ``github_id`` is the identity; the login may be renamed and given to somebody else."""

    github_id: int
    login: str


async def _nothing_to_mark() -> None:
    return None


@values.value
class ToolContext:
    """One call's surroundings, made from the verified access token and never from the arguments.

    ``github_token`` returns this person's own GitHub token; it raises ``ToolError`` when there is none to be had.
    ``github_token_refused`` is awaited once when GitHub refuses that token, so that the credential can be marked;
    ``github_account_differs`` when the token turns out to be another account's, so that the session can be ended.
    """

    person: Person
    client_name: str
    scopes: frozenset[str]
    # Not shown: a partial in a traceback or a log line would show what it was bound to.
    github_token: Callable[[], Awaitable[str]] = field(repr=False)
    request_id: str = "-"
    client_id: str = ""
    session_id: str = ""
    github_token_refused: Callable[[], Awaitable[None]] = field(default=_nothing_to_mark, repr=False)
    github_account_differs: Callable[[], Awaitable[None]] = field(default=_nothing_to_mark, repr=False)

    link: Link = field(default=UNLINKED, repr=False)
    running: Running = field(default_factory=Running, repr=False)
    task_beginning: Callable[[], Awaitable[None]] = field(default=_nothing_to_mark, repr=False)

    async def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Tell the client how far the call is. ``done`` must grow; ``total`` in the same unit (MCP utilities/progress)."""
        await self.link.progress(done, total, message)

    async def become_task(self) -> None:
        """Answer the call now, by a task, and go on: for a tool that is declared with ``ask_first``, after its questions.

        Nothing happens where the call is a task already, or where the client knows no tasks and the tool can do without.

        Raises:
            ToolError: this person has too many tasks that run.
        """
        await self.task_beginning()

    async def log(self, level: LogLevel, data: Any, logger: str | None = None) -> None:
        """Send a log message to a client that asked for its level. Never a secret: people and models read it."""
        await self.link.log(level, data, logger)

    async def release(self) -> None:
        """Let go of the client's connection, for a call that takes long: the client comes back for the result by itself.

        Nothing happens for a client that would not know how (before MCP 2025-11-25, and from 2026-07-28 on).
        """
        await self.link.release()

    @overload
    async def ask(self, message: str, fields: type[FormT], *, key: str | None = None) -> Answer[FormT]: ...
    @overload
    async def ask(self, message: str, fields: Mapping[str, Any], *, key: str | None = None) -> Answer[dict[str, Any]]: ...
    async def ask(self, message: str, fields: type[FormT] | Mapping[str, Any], *, key: str | None = None) -> Answer[Any]:
        """Ask the person to fill in a form (MCP client/elicitation) and return what they did.

        ``fields`` is a flat pydantic model, or a JSON schema. In the stateless era everything before this line runs once more
        when the answer comes: write and change things after the last question. ``key`` is the answer's name there; leave it
        out unless the question is always the same.

        Raises:
            InputRefused: the client cannot ask (see ``can_ask``), or did not answer in time.
        """
        return await self._ask(asking.form(message, fields), key)

    async def ask_url(self, message: str, url: str, *, key: str | None = None) -> Answer[None]:
        """Ask the person to open a page, which is where secrets and payments belong; see ``asking.page``.

        Raises:
            InputRefused, ValueError: as for ``ask``; the URL is not fit.
        """
        return await self._ask(asking.page(message, url), key)

    async def sample(
        self, messages: Messages, max_tokens: int, *, key: str | None = None, **options: Unpack[Options]
    ) -> Sampled:
        """Return what the client's model says (MCP client/sampling); see ``sampling.params`` for the options.

        Raises:
            InputRefused: the client has no model to ask (see ``can_sample``), or its person said no.
        """
        return await self._ask(asking.sample(messages, max_tokens, **options), key)

    async def roots(self, *, key: str | None = None) -> Sequence[Root]:
        """Return where the client works (MCP client/roots).

        Raises:
            InputRefused: the client does not say (see ``can_list_roots``).
        """
        return await self._ask(asking.roots(), key)

    async def ask_all(self, questions: Mapping[str, Question[Any]]) -> dict[str, Any]:
        """Return the answer to each question, asked together: one round trip in the stateless era.

        ``{"name": asking.form("Your name?", Name), "roots": asking.roots()}`` gives an ``Answer`` and the roots under the
        same keys.

        Raises:
            InputRefused: as for each of them alone.
        """
        requests = {key: question.request() for key, question in questions.items()}
        async with self.running.paused():
            results = await self.link.ask(requests)
        return {key: question.read(results[key]) for key, question in questions.items()}

    async def _ask(self, question: Question[AnswerT], key: str | None) -> AnswerT:
        name = asking.key_of(question.request(), self.running.next_question()) if key is None else key
        answer: AnswerT = (await self.ask_all({name: question}))[name]
        return answer

    @property
    def can_ask(self) -> bool:
        """Return whether the person can be shown a form."""
        return asking.declares(self.link.capabilities, asking.FORM)

    @property
    def can_ask_url(self) -> bool:
        """Return whether the person can be sent to a page."""
        return asking.declares(self.link.capabilities, asking.URL)

    @property
    def can_sample(self) -> bool:
        """Return whether there is a model to ask."""
        return asking.declares(self.link.capabilities, asking.SAMPLING)

    @property
    def can_list_roots(self) -> bool:
        """Return whether the client says where it works."""
        return asking.declares(self.link.capabilities, asking.ROOTS)

    @property
    def remembered(self) -> Any:
        """Return what ``remember`` kept in an earlier round of this call, None in the first."""
        return self.link.remembered

    def remember(self, value: Any) -> None:
        """Keep a JSON value for the rest of this call: the client carries it, sealed, to the next round."""
        self.link.remember(value)

    @property
    def github(self) -> GitHub:
        """Return GitHub's REST API as this caller may use it."""
        return GitHub(github_id=self.person.github_id, token=self.github_token, token_refused=self.github_token_refused)
