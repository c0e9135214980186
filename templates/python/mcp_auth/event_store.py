"""Keeps events that are stored for clients that come back apart by session."""

from typing import Any
from uuid import uuid4

from mcp.server.streamable_http import EventCallback, EventMessage, EventStore


def keep_events_apart(server: Any) -> None:
    """
    The SDK names streams by the ids of requests, which clients choose: all sessions of
    a manager share them, and `Last-Event-ID` would show everybody's answers. For a
    manager or a transport with a store of events; nothing happens to anything else.
    """
    known = vars(server)
    if isinstance(known.get("_event_store"), EventStore):  # a transport: one session
        server._event_store = _OfOneSession(known["_event_store"])
    store, kind = known.get("event_store"), type(server)
    if not isinstance(store, EventStore) or isinstance(
        getattr(kind, "event_store", None), property
    ):
        return  # fastmcp from 3.4 does it by itself.
    # The manager reads it once for each transport that it makes, as it does for fastmcp.
    each = property(lambda _: _OfOneSession(store))
    server.__class__ = type(kind.__name__, (kind,), {"event_store": each})


class _OfOneSession(EventStore):
    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._prefix = f"{uuid4().hex}:"

    async def store_event(self, stream_id: str, message: Any) -> str:
        return await self._store.store_event(self._prefix + stream_id, message)

    async def replay_events_after(
        self, last_event_id: str, send_callback: EventCallback
    ) -> str | None:
        found: list[EventMessage] = []

        async def keep(event: EventMessage) -> None:
            found.append(event)

        stream_id = await self._store.replay_events_after(last_event_id, keep)
        if stream_id is None or not stream_id.startswith(self._prefix):
            return None
        for event in found:
            await send_callback(event)
        return stream_id.removeprefix(self._prefix)
