"""What a JSON-RPC body asks for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from .answers import Refusal

# The largest body that is read before the decision, as in the SDK.
MAX_BODY = 4 * 1024 * 1024


@dataclass(frozen=True)
class Message:
    """
    What counts of a JSON-RPC message. A response to the server has no method, only
    `tools/call` has a tool; `id` is that of a tool call that wants an answer.
    """

    method: str | None = None
    tool: str | None = None
    id: str | int | float | None = None


def check_headers(headers: Mapping[str, str]) -> None:
    """
    Refuses a body that somebody may read differently from us: not JSON (a form can look
    like JSON), not UTF-8 (what is harmless in UTF-8 can be a call in UTF-7),
    compressed, or too large.
    """
    essence, *parameters = headers.get("content-type", "").lower().split(";")
    is_plain = all(
        "charset" not in text
        or re.fullmatch(r'\s*charset\s*=\s*("utf-?8"|utf-?8)\s*', text)
        for text in parameters
    )
    if essence.strip() != "application/json" or not is_plain:
        raise Refusal(415, "the body is not JSON in UTF-8")
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise Refusal(415, "the body is compressed")
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) > MAX_BODY:
        raise too_large()


def too_large() -> Refusal:
    return Refusal(413, "the body is too large")


def parse_messages(body: bytes) -> list[Message]:
    """The messages of a body. Whatever is no JSON-RPC is refused."""
    try:
        # Decoded first: json.loads would take UTF-16 and UTF-32 for JSON, too.
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        raise _malformed() from None
    batch = value if isinstance(value, list) else [value]
    if not batch:
        raise _malformed()
    return [_parse_message(item) for item in batch]


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two members of one name, the server might take the other.
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name occurs twice")
    return result


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _parse_message(value: object) -> Message:
    if not isinstance(value, dict):
        raise _malformed()
    method, params, request_id = (value.get(k) for k in ("method", "params", "id"))
    if "method" not in value and ("result" in value or "error" in value):
        return Message()
    if not isinstance(method, str):
        raise _malformed()
    if method != "tools/call":
        return Message(method)
    tool = params.get("name") if isinstance(params, dict) else None
    if not isinstance(tool, str):
        raise _malformed()
    is_answered = isinstance(request_id, (str, int, float)) and not isinstance(
        request_id, bool
    )
    return Message(method, tool, request_id if is_answered else None)


def _malformed() -> Refusal:
    return Refusal(400, "the body is not JSON-RPC")
