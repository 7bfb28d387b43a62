"""Which product a client is, told by hosts alone: a name is whatever its sender likes. Pure: strings in, answers out.

A document's host proves who published it. A redirect host proves who gets the answer, which is as good. A private-use scheme
proves little (any program of that machine may claim it, RFC 8252 §8.6), and a loopback address nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from oauth_bridge.protocol import redirect_uris


@dataclass(frozen=True, slots=True)
class Product:
    """A widely used program: where its documents lie, where its answers go, and the schemes that open it."""

    name: str
    hosts: frozenset[str]
    schemes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """A product, and what it was told by. ``is_proven`` is false for a scheme."""

    name: str
    told_by: str
    is_proven: bool


PRODUCTS = (
    Product("Claude", frozenset({"claude.ai", "claude.com"}), frozenset({"claude"})),
    Product("ChatGPT", frozenset({"chatgpt.com", "chat.openai.com"})),
    Product(
        "VS Code",
        frozenset({"vscode.dev", "insiders.vscode.dev"}),
        frozenset({"vscode", "vscode-insiders", "code-oss", "vscodium"}),
    ),
    Product("Cursor", frozenset({"cursor.com", "www.cursor.com"}), frozenset({"cursor"})),
    Product("Grok", frozenset({"grok.com"})),
    Product("Windsurf", frozenset({"windsurf.com"}), frozenset({"windsurf"})),
    Product("Zed", frozenset({"zed.dev"}), frozenset({"zed"})),
    Product("goose", frozenset({"goose-docs.ai"}), frozenset({"goose"})),
    Product("opencode", frozenset({"opencode.ai"})),
    Product("Kiro", frozenset({"kiro.dev"}), frozenset({"kiro"})),
)
_BY_HOST = {host: product for product in PRODUCTS for host in product.hosts}
_BY_SCHEME = {scheme: product for product in PRODUCTS for scheme in product.schemes}


def recognise(document_host: str | None, registered: Iterable[str]) -> Known | None:
    """Return the product that a client is, or None where nothing but its own word says so.

    With a redirect URI that leads elsewhere, a client is nobody's: the answer might go there.
    """
    if document_host is not None:
        product = _BY_HOST.get(document_host)
        return Known(product.name, f"its document is published by {document_host}", is_proven=True) if product else None
    targets = [target for target in map(_read, registered) if target is None or not target.is_loopback]
    products = {_product(target) for target in targets}
    if len(products) != 1 or (product := products.pop()) is None:
        return None
    hosts = sorted({target.host.lower() for target in targets if target and not target.is_private_use})
    if hosts:
        return Known(product.name, f"answers go to {', '.join(hosts)}", is_proven=True)
    schemes = sorted({target.scheme for target in targets if target})
    return Known(product.name, f"answers open {', '.join(f'{scheme}://' for scheme in schemes)}", is_proven=False)


def _product(target: redirect_uris.RedirectUri | None) -> Product | None:
    if target is None:
        return None
    return _BY_SCHEME.get(target.scheme) if target.is_private_use else _BY_HOST.get(target.host.lower())


def _read(uri: str) -> redirect_uris.RedirectUri | None:
    try:
        return redirect_uris.parse(uri)
    except redirect_uris.InvalidRedirectUri:
        return None
