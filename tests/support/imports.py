"""What Python files import, read from their source and not by running them: inside functions and by name as well."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BY_NAME = {"import_module", "__import__", "import_string"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the file's own module, its line, and the module (or a name within it) that it asks for."""

    module: str
    line: int
    target: str

    def asks_for(self, *packages: str) -> bool:
        """Return whether the target is one of the packages, or within one."""
        return is_within(self.target, *packages)


def is_within(module: str, *packages: str) -> bool:
    """Return whether a module is one of the packages, or within one."""
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def module_name(file: Path, root: Path) -> str:
    """Return the dotted name of a file below ``root``."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(file: Path, root: Path) -> list[Import]:
    """Return every import of a file; ``from a import b`` counts as ``a.b``, which may be a module or a name."""
    module = module_name(file, root)
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    return [Import(module, line, target) for node in ast.walk(tree) for line, target in _targets(node, package)]


def _targets(node: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names):
            yield from ((node.lineno, alias.name) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            parts = package.split(".")
            base = ".".join([*parts[: len(parts) - level + 1], *([module] if module else [])]) if level else module or ""
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in names)
        case ast.Call(args=[ast.Constant(value=str() as target), *_]) if _name(node.func) in _BY_NAME:
            yield node.lineno, target


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
