"""What each method and tool needs."""

from collections.abc import Iterable

from .scopes import BASE_SCOPES, PUBLIC_TOOLS, SCOPE_IMPLIES, TOOL_SCOPES


class Rule:
    """What a caller needs: nothing, a token with scopes, or nothing helps."""

    def __init__(self, access: str, scopes: Iterable[str] = ()) -> None:
        self.access = access
        self.scopes = list(scopes)


PUBLIC = Rule("public")
NEVER = Rule("never")

# Where tools are public, whoever has not signed in may also connect and look around.
IS_OPEN = len(PUBLIC_TOOLS) > 0

_PUBLIC_TOOLS = frozenset(PUBLIC_TOOLS)

# Handshake and discovery: a good token is enough, whatever its scopes. They show what
# there is, and run nothing.
_HANDSHAKE = {
    "initialize",
    "ping",
    "server/discover",
    "logging/setLevel",
    "tools/list",
    "resources/list",
    "resources/templates/list",
    "prompts/list",
}

# What a request without message needs, too: the listening stream, the end of a session.
FOR_ALL = PUBLIC if IS_OPEN else Rule("scopes")


def rule_for(method: str | None, tool: str | None) -> Rule:
    """
    What one message needs. Methods that are not known here need the base scopes, tools
    that are not known never pass.
    """
    if tool is not None:
        if tool in _PUBLIC_TOOLS:
            return PUBLIC
        return Rule("scopes", TOOL_SCOPES[tool]) if tool in TOOL_SCOPES else NEVER
    if method is None or method in _HANDSHAKE or method.startswith("notifications/"):
        return FOR_ALL
    return Rule("scopes", BASE_SCOPES)


def with_implied(scopes: Iterable[str]) -> set[str]:
    """
    The scopes with all that they include (2026-07-28, "Step-Up Authorization Flow":
    hierarchies count).
    """
    found: set[str] = set()
    waiting = list(scopes)
    while waiting:
        scope = waiting.pop()
        if scope not in found:
            found.add(scope)
            waiting.extend(SCOPE_IMPLIES.get(scope, ()))
    return found


def all_scopes() -> list[str]:
    """Every scope of this server. `offline_access` is between client and issuer."""
    named = [
        *BASE_SCOPES,
        *(scope for needed in TOOL_SCOPES.values() for scope in needed),
    ]
    return [scope for scope in dict.fromkeys(named) if scope != "offline_access"]
