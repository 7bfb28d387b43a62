"""Forms that a person fills in: a flat pydantic model, or a JSON schema as the wire has it (MCP client/elicitation).

A form is read as strictly as a tool's arguments: what a client sends was not necessarily shown to anybody.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tools import form_schemas
from tools.form_schemas import FormDeclarationError
from tools.json_numbers import whole_numbers
from tools.link import AnswerMalformed, AnswerUnfit
from wire import strict_json

__all__ = ["Choices", "Compiled", "Form", "FormDeclarationError", "compiled"]

ValueT = TypeVar("ValueT")
MAX_ERRORS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Compiled(Generic[ValueT]):
    """A form ready to be sent: ``schema`` in the newest revision's shape, and how its content is read."""

    schema: Mapping[str, Any]
    reader: Callable[[dict[str, Any]], ValueT]

    def read(self, content: Any) -> ValueT:
        """Return the content as the form has it. What a client left empty (null) was not given; surplus names are ignored.

        Raises:
            AnswerMalformed: it is no object.
            AnswerUnfit: it does not fit the form.
        """
        if content is not None and not isinstance(content, dict):
            raise AnswerMalformed("The content of the client's answer is no object.")
        given = {
            name: value for name, value in (content or {}).items() if value is not None and name in self.schema["properties"]
        }
        return self.reader(whole_numbers(given))


class Form(BaseModel):
    """A form, checked where it is declared: flat, of plain fields, and without any that would hold a secret."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Check the new form.

        Raises:
            FormDeclarationError: at import.
        """
        super().__pydantic_init_subclass__(**kwargs)
        compiled(cls)


class Choices:
    """Titles for what can be chosen: ``Annotated[str, Choices(main="The main branch")]``, or of ``list[str]`` for several.

    Values that are no Python names come as a mapping: ``Choices({"v1.0": "The first"})``.
    """

    def __init__(self, titles: Mapping[str, str] | None = None, /, **named: str) -> None:
        self.titles = {**(titles or {}), **named}
        if not self.titles:
            raise FormDeclarationError("there is nothing to choose from")

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], CoreSchema]) -> CoreSchema:
        """Let through what is on offer alone."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the titled forms of the newest revision."""
        made = dict(handler(schema))
        options = [{"const": value, "title": title} for value, title in self.titles.items()]
        if made.get("type") == "array":
            return {**made, "items": {"anyOf": options}}
        return {**made, "oneOf": options}

    def _check(self, value: str | list[str]) -> str | list[str]:
        if not set([value] if isinstance(value, str) else value) <= self.titles.keys():
            raise PydanticCustomError("choice", "is none of the choices")
        return value


def compiled(fields: type[BaseModel] | Mapping[str, Any]) -> Compiled[Any]:
    """Return a form from a pydantic model or a JSON schema.

    Raises:
        FormDeclarationError: it is not flat, has a field that no client can show, or asks for a secret, for which the person
            is sent to a page (MCP 2025-11-25 client/elicitation, User Interaction Model).
    """
    if inspect.isclass(fields) and issubclass(fields, BaseModel):
        return _of_model(fields)
    if isinstance(fields, Mapping):
        schema = form_schemas.checked(dict(fields), "a form")
        return Compiled(schema, functools.partial(_read_plain, schema))
    raise FormDeclarationError("a form is a pydantic model or a JSON schema")


@functools.lru_cache(maxsize=512)
def _of_model(model: type[BaseModel]) -> Compiled[BaseModel]:
    schema = form_schemas.checked(form_schemas.of_model_schema(model.model_json_schema()), model.__qualname__)

    def read(content: dict[str, Any]) -> BaseModel:
        try:
            # As JSON, not as Python objects: only so do dates and enumerations arrive under strict rules.
            return model.model_validate_json(strict_json.dumps(content), strict=True)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            raise _unfit([(".".join(map(str, each["loc"])), each["msg"]) for each in found]) from None

    return Compiled(schema, read)


def _read_plain(schema: Mapping[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    wrong = list(form_schemas.errors(schema, content))
    if wrong:
        raise _unfit(wrong)
    return content


def _unfit(wrong: list[tuple[str, str]]) -> AnswerUnfit:
    listed = "; ".join(f"{name}: {what.removeprefix('Value error, ')}" for name, what in wrong[:MAX_ERRORS_SHOWN])
    return AnswerUnfit(f"The answer does not fit the form: {listed}.")
