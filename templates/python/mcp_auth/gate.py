"""The decision on each request."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .answers import Refusal, challenged, unauthorized, unknown_tool
from .audit import audit
from .config import AuthConfig
from .messages import Message, check_headers, parse_messages
from .rules import FOR_ALL, IS_OPEN, rule_for, with_implied
from .scopes import BASE_SCOPES
from .sessions import ANONYMOUS, Sessions
from .signing_keys import KeysUnavailable
from .verifier import AuthInfo, InvalidToken, Verifier


@dataclass(frozen=True)
class Incoming:
    """One HTTP request. Of headers that came several times, the values are joined."""

    method: str
    query: str
    headers: Mapping[str, str]
    read_body: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True)
class Caller:
    """
    Who was let through. `user` names issuer and subject; `answered` is to be called
    with what the server answers.
    """

    user: str
    auth_info: AuthInfo | None
    answered: Callable[[int, str | None], None]


_METHODS = ("GET", "HEAD", "POST", "DELETE")


class Gate:
    def __init__(self, config: AuthConfig) -> None:
        self.config = config
        self._verifier = Verifier(config)
        self._sessions = Sessions()

    async def admit(self, request: Incoming) -> Caller:
        """
        Lets a request through or raises Refusal: there is no third way out. Writes the
        one audit line.
        """
        auth_info: AuthInfo | None = None
        messages: list[Message] | None = None
        decision, reason = "deny", "error in the gate"
        try:
            auth_info = await self._authenticate(request)
            user = _user_of(auth_info)
            messages = await _messages_of(request)
            sessions = _session_ids(request)
            self._check_sessions(sessions, user)
            self._authorize(messages, auth_info)
            decision, reason = "allow", "scopes suffice" if auth_info else "public"
            return Caller(user, auth_info, self._answered(request, user, sessions))
        except Refusal as refusal:
            reason = refusal.reason
            raise
        except Exception as error:
            reason = f"error in the gate: {error!r}"
            raise Refusal(500, reason) from error
        finally:
            audit(
                decision=decision,
                reason=reason,
                subject=auth_info.subject if auth_info else None,
                client=auth_info.client_id if auth_info else None,
                **_summary(request, messages),
            )

    async def _authenticate(self, request: Incoming) -> AuthInfo | None:
        # RFC 6750 §2.1, the scheme in any case (RFC 9110 §11.1). Tokens in query, form
        # or cookie do not count.
        authorization = request.headers.get("authorization")
        if authorization is None:
            if IS_OPEN and not _is_legacy(request):
                return None
            raise unauthorized(self.config, "no token")
        found = re.fullmatch(r"(?i:bearer) +([A-Za-z0-9_.~+/-]+=*)", authorization)
        if not found:
            raise unauthorized(self.config, "not a bearer token", "invalid_token")
        try:
            return await self._verifier.verify(found[1])
        except InvalidToken as error:
            raise unauthorized(self.config, str(error), "invalid_token") from error
        except KeysUnavailable as error:
            raise Refusal(503, str(error), {"Retry-After": "5"}) from error

    def _authorize(
        self, messages: list[Message] | None, auth_info: AuthInfo | None
    ) -> None:
        rules = [FOR_ALL]
        if messages is not None:
            rules = [rule_for(message.method, message.tool) for message in messages]
        ids = [message.id for message in messages or []]
        if auth_info is None:
            if all(rule.access == "public" for rule in rules):
                return
            raise challenged(self.config, 401, "no token", BASE_SCOPES, ids)
        if any(rule.access == "never" for rule in rules):
            raise unknown_tool(ids)
        needed = [scope for rule in rules for scope in rule.scopes]
        granted = with_implied(auth_info.scopes)
        missing = [scope for scope in needed if scope not in granted]
        if not missing:
            return
        # All in one challenge, with what the caller has already: some clients replace
        # their scopes by these.
        wanted = [*BASE_SCOPES, *needed, *auth_info.scopes[:50]]
        wanted = [scope for scope in wanted if scope != "offline_access"]
        reason = f"scope missing: {' '.join(missing)}"
        raise challenged(self.config, 403, reason, wanted, ids)

    def _check_sessions(self, sessions: list[str], user: str) -> None:
        if not all(self._sessions.admits(session, user) for session in sessions):
            raise Refusal(404, "the session is not one of the caller")
        for session in sessions:
            self._sessions.bind(session, user)

    def _answered(
        self, request: Incoming, user: str, sessions: list[str]
    ) -> Callable[[int, str | None], None]:
        def answered(status: int, session: str | None) -> None:
            if status >= 300:
                return
            if session:
                self._sessions.bind(session, user)
            if request.method == "DELETE":
                for ended in sessions:
                    self._sessions.release(ended)

        return answered


async def _messages_of(request: Incoming) -> list[Message] | None:
    if request.method not in _METHODS:
        raise Refusal(405, "HTTP method", {"Allow": ", ".join(_METHODS)})
    if request.method == "POST":
        check_headers(request.headers)
        return parse_messages(await request.read_body())
    # Some servers read it all the same.
    if await request.read_body():
        raise Refusal(400, f"{request.method} with a body")
    return None


def _user_of(auth_info: AuthInfo | None) -> str:
    """Subjects are unique per issuer only; a client without user is one of its own."""
    if auth_info is None:
        return ANONYMOUS
    if auth_info.subject is None:
        return json.dumps([auth_info.issuer, None, auth_info.client_id])
    return json.dumps([auth_info.issuer, auth_info.subject])


def _is_legacy(request: Incoming) -> bool:
    """
    A request of the older SSE transport, as far as one can see: a stream of no session,
    a message to `?session_id=`. It is for users only, since a stream that was opened
    without a token could not sign in later.
    """
    if request.method == "POST":
        return "session_id" in request.query.lower()
    known = ("mcp-session-id", "mcp-protocol-version")
    return not any(name in request.headers for name in known)


def _session_ids(request: Incoming) -> list[str]:
    """
    Sessions that a request names: by header, or by `?session_id=` (the older SSE
    transport).
    """
    header = request.headers.get("mcp-session-id")
    query = parse_qsl(request.query, keep_blank_values=True)
    named = [value for name, value in query if name == "session_id"]
    if len(named) > 1:
        raise Refusal(404, "more than one session")
    return named if header is None else [header, *named]


def _summary(request: Incoming, messages: list[Message] | None) -> dict[str, Any]:
    """Methods and tools of a request for the audit line."""
    if messages is None:
        return {"method": request.method}
    methods = dict.fromkeys(message.method or "response" for message in messages)
    tools = dict.fromkeys(m.tool for m in messages if m.tool is not None)
    return {"method": ", ".join(methods), "tool": ", ".join(tools) if tools else None}
