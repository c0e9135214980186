"""One line for each decision: who, what, allowed or not, and why. Never a token."""

import json
import sys
from collections.abc import Callable
from datetime import datetime, timezone

_LONGEST = 200


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")


_sink: Callable[[str], None] = _to_stderr


def set_audit_sink(sink: Callable[[str], None]) -> None:
    """Sends audit lines (JSON, without line break) somewhere else than to stderr."""
    global _sink
    _sink = sink


def audit(
    *,
    decision: str,
    reason: str,
    subject: str | None = None,
    client: str | None = None,
    method: str | None = None,
    tool: str | None = None,
) -> None:
    """Writes one line. `method` is that of JSON-RPC, or of HTTP without a message."""
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    fields = {
        "time": now.replace("+00:00", "Z"),
        "decision": decision,
        "subject": subject,
        "client": client,
        "method": method,
        "tool": tool,
        "reason": reason,
    }
    known = {k: v[:_LONGEST] for k, v in fields.items() if v is not None}
    # JSON escapes line breaks and all that is not ASCII, so nobody who chooses a name
    # can write a line of their own.
    _sink(json.dumps(known, separators=(",", ":")).replace("\x7f", "?"))
