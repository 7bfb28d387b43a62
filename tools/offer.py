"""From modules to a catalog: what each declares is offered, in the order of the modules and of their lines."""

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from tools.declaration import DeclarationError
from tools.prompts import Prompt
from tools.registry import Catalog, Tool
from tools.resources import Resource


def catalog_of(names: Iterable[str]) -> Catalog:
    """Return the catalog of the tools, resources and prompts that the modules of these names declare.

    Raises:
        DeclarationError: there is no such module, or one declares nothing, or two declare the same name.
    """
    offered = [each for name in names for each in _declared_in(_module(name))]
    return Catalog(
        [each for each in offered if isinstance(each, Tool)],
        [each for each in offered if isinstance(each, Resource)],
        [each for each in offered if isinstance(each, Prompt)],
    )


def _module(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # Not what the module itself imports: that traceback says more.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise DeclarationError(f"TOOL_MODULES names {name}, and there is no module {error.name}") from None


def _declared_in(module: ModuleType) -> list[Tool | Resource | Prompt]:
    """Return what a module itself declares: what it imports is another module's to offer."""
    values = [value for value in vars(module).values() if isinstance(value, Tool | Resource | Prompt)]
    declared = [value for value in values if value.function.__module__ == module.__name__]
    if not declared:
        place = getattr(module, "__file__", None) or module.__name__
        raise DeclarationError(f"{place} declares no tool, resource or prompt; TOOL_MODULES names {module.__name__}")
    return declared
