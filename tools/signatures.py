"""Annotated parameters as a tool's arguments: ``async def add(a: int, b: Annotated[int, Field(ge=0)], context: ToolContext)``.

What a model would say, the parameters say: annotation, default, and ``Field`` within ``Annotated``. Nothing else is guessed.
"""

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, PydanticUserError, create_model
from pydantic.fields import FieldInfo

from tools.context import ToolContext

_USABLE = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class NotArguments(TypeError):
    """A function's parameters do not make a tool's arguments. The message follows the function's name."""


def of_parameters(function: Callable[..., Any]) -> tuple[type[BaseModel], Callable[..., Any]]:
    """Return the model of the parameters, and the function as one of that model and the context.

    Raises:
        NotArguments: see the message.
    """
    parameters = list(inspect.signature(function).parameters.values())
    hints = typing.get_type_hints(function, include_extras=True)
    if not parameters or hints.get(parameters[-1].name) is not ToolContext:
        raise NotArguments("must take its context as the last parameter, annotated with ToolContext")
    context_name = parameters.pop().name
    fields = {each.name: _field(each, hints) for each in parameters}
    try:
        model = create_model(function.__name__, **fields)  # type: ignore[call-overload]  # pydantic's own, of any fields
    except PydanticUserError as error:
        raise NotArguments(f"has a parameter that JSON cannot carry: {error.message.splitlines()[0]}") from None
    return model, _adapted(function, tuple(fields), context_name)


def _field(parameter: inspect.Parameter, hints: dict[str, Any]) -> tuple[Any, Any]:
    name = parameter.name
    if parameter.kind not in _USABLE:
        raise NotArguments(f"must take each argument by a name of its own, which {name} has not")
    if name not in hints:
        raise NotArguments(f"must annotate {name}")
    if hasattr(BaseModel, name) or name.startswith(("_", "model_")):
        raise NotArguments(f"cannot call a parameter {name}: write a model with an alias")
    if isinstance(parameter.default, FieldInfo):
        # Called as a function it would see pydantic's own object there.
        raise NotArguments(f"must write Annotated[…, Field(…)] for {name}, and its default behind =")
    return hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default


def _adapted(function: Callable[..., Any], names: tuple[str, ...], context_name: str) -> Callable[..., Any]:
    def given(arguments: BaseModel, context: ToolContext) -> dict[str, Any]:
        return {**{name: getattr(arguments, name) for name in names}, context_name: context}

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def adapted_async(arguments: BaseModel, context: ToolContext) -> Any:
            return await function(**given(arguments, context))

        return adapted_async

    @functools.wraps(function)
    def adapted(arguments: BaseModel, context: ToolContext) -> Any:
        return function(**given(arguments, context))

    return adapted
