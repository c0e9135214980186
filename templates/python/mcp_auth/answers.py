"""Refusals, challenges, metadata, CORS."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .config import CLIENTS_ASK_FOR_SCOPES, AuthConfig
from .rules import all_scopes, rule_for
from .scopes import BASE_SCOPES


class Refusal(Exception):
    """
    A request that is not served. `reason` is for the audit line, the caller gets a text
    that gives nothing away, or `answer` in its place.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        headers: dict[str, str] | None = None,
        answer: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers or {}
        self.answer = answer


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


_TEXTS = {
    400: "Invalid request",
    401: "Authentication required",
    403: "Not permitted",
    404: "Session not found",
    405: "Method not allowed",
    413: "Request too large",
    415: "Unsupported media type",
    503: "Temporarily unavailable",
}


def answer_to(refusal: Refusal) -> Answer:
    """
    The refusal as a JSON-RPC error, the same text whichever check failed: anything else
    would be an oracle.
    """
    error = {
        "code": -32600 if refusal.status == 400 else -32001,
        "message": _TEXTS.get(refusal.status, "Internal error"),
    }
    answer = refusal.answer or {"jsonrpc": "2.0", "error": error, "id": None}
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Answer(refusal.status, {**headers, **refusal.headers}, _to_json(answer))


def _to_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def challenge(
    config: AuthConfig, scopes: Iterable[str], error: str | None = None
) -> dict[str, str]:
    """
    `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1). Clients want `Bearer` first, and
    everything on one line.
    """
    errors = [f'error="{error}"'] if error else []
    return {"WWW-Authenticate": _bearer(config, scopes, errors)}


def _bearer(config: AuthConfig, scopes: Iterable[str], errors: list[str]) -> str:
    # Scopes of a token come from outside: only those of RFC 6749 §3.3 fit into a quoted
    # string.
    valid = [
        scope
        for scope in dict.fromkeys(scopes)
        if re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope)
    ]
    parameters = [*errors, f'resource_metadata="{_metadata_url(config)}"']
    asked = _as_asked(config, valid)
    if asked:
        parameters.append(f'scope="{" ".join(asked)}"')
    return f"Bearer {', '.join(parameters)}"


def _as_asked(config: AuthConfig, scopes: list[str]) -> list[str]:
    """
    What clients ask the authorization server for to get these scopes; those that are not
    ours (`openid`) have no prefix.
    """
    if not CLIENTS_ASK_FOR_SCOPES:
        return []
    own = set(all_scopes())
    return [config.scope_prefix + name if name in own else name for name in scopes]


def security_schemes(config: AuthConfig, tool: str) -> list[dict[str, Any]] | None:
    """
    What a tool needs, as the Apps SDK of ChatGPT says it; None for one that nobody may
    call.
    """
    rule = rule_for("tools/call", tool)
    if rule.access == "never":
        return None
    if rule.access == "public":
        return [{"type": "noauth"}]
    scopes = _as_asked(config, list(rule.scopes))
    return [{"type": "oauth2", **({"scopes": scopes} if scopes else {})}]


def unauthorized(config: AuthConfig, reason: str, error: str | None = None) -> Refusal:
    """
    401 asks for the base scopes only (least privilege); without credentials there is no
    `error` (RFC 6750 §3.1).
    """
    return Refusal(401, reason, challenge(config, BASE_SCOPES, error))


# The id of each message of a request; only tool calls that want an answer have one.
Ids = list[str | int | float | None]

_SIGN_IN = ("invalid_token", "Sign in to use this tool.")
_STEP_UP = ("insufficient_scope", "This tool needs more permissions.")


def challenged(
    config: AuthConfig, status: int, reason: str, scopes: Iterable[str], ids: Ids
) -> Refusal:
    """
    A request that more scopes or a login would open. Beside the header, ChatGPT looks
    for the challenge in the result of a tool call, with an error and its description
    (developers.openai.com/apps-sdk/build/auth, "Triggering authentication UI").
    """
    error, text = _SIGN_IN if status == 401 else _STEP_UP
    errors = [f'error="{error}"', f'error_description="{text}"']
    meta = {"mcp/www_authenticate": [_bearer(config, scopes, errors)]}
    headers = challenge(config, scopes, None if status == 401 else error)
    return Refusal(status, reason, headers, _result_of(ids, text, {"_meta": meta}))


def unknown_tool(ids: Ids) -> Refusal:
    """
    A tool that the scope map does not name is not there for anybody. MCP says so in the
    result, which the model can read; clients take a 403 for a missing login.
    """
    answer = _result_of(ids, "Unknown tool", {})
    status = 200 if answer else 403
    return Refusal(status, "the tool is not in the scope map", answer=answer)


def _result_of(ids: Ids, text: str, more: dict[str, Any]) -> dict[str, Any] | None:
    """A failed tool call. A batch or a notification has no one answer to carry it."""
    if len(ids) != 1 or ids[0] is None:
        return None
    content = [{"type": "text", "text": text}]
    result = {"content": content, "isError": True, **more}
    return {"jsonrpc": "2.0", "id": ids[0], "result": result}


_WELL_KNOWN = "/.well-known/oauth-protected-resource"


def metadata_paths(config: AuthConfig) -> list[str]:
    """Where clients look: path inserted (RFC 9728 §3.1), and at the root."""
    path = urlsplit(config.resource).path
    return [_WELL_KNOWN + ("" if path == "/" else path), _WELL_KNOWN]


def _metadata_url(config: AuthConfig) -> str:
    url = urlsplit(config.resource)
    query = f"?{url.query}" if url.query else ""
    return f"{url.scheme}://{url.netloc}{metadata_paths(config)[0]}{query}"


def metadata_answer(config: AuthConfig, method: str) -> Answer:
    """Protected resource metadata (RFC 9728 §2), for anybody."""
    cors = {"Access-Control-Allow-Origin": "*"}
    if method == "OPTIONS":
        return preflight("GET, HEAD, OPTIONS", "")
    if method not in ("GET", "HEAD"):
        return Answer(405, {**cors, "Allow": "GET, HEAD, OPTIONS"})
    document: dict[str, Any] = {
        "resource": config.resource,
        "authorization_servers": [config.issuer],
    }
    scopes = _as_asked(config, all_scopes())
    if scopes:  # RFC 9728 §3.2: what has no value is left out.
        document["scopes_supported"] = scopes
    document["bearer_methods_supported"] = ["header"]
    headers = {
        **cors,
        "Content-Type": "application/json",
        "Cache-Control": "max-age=3600",
    }
    return Answer(200, headers, b"" if method == "HEAD" else _to_json(document))


_REQUEST_HEADERS = (
    "authorization",
    "content-type",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
)


def preflight(methods: str, asked: str) -> Answer:
    """The answer to OPTIONS. Browsers send it without credentials: never a 401."""
    names = [name.strip() for name in asked.lower().split(",")]
    valid = [name for name in names if re.fullmatch(r"[a-z0-9_-]{1,64}", name)]
    allowed = dict.fromkeys([*_REQUEST_HEADERS, *valid])
    return Answer(
        204,
        {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": ", ".join(allowed),
            "Access-Control-Max-Age": "86400",
        },
    )


_EXPOSED = ("WWW-Authenticate", "Mcp-Session-Id")


def exposed(current: str = "") -> str:
    """
    `Access-Control-Expose-Headers`: what the application exposes, and what web clients
    need to sign in.
    """
    names = [name.strip() for name in current.split(",") if name.strip()]
    known = {name.lower() for name in names}
    return ", ".join([*names, *(n for n in _EXPOSED if n.lower() not in known)])
