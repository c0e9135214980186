"""Whose session is it?"""

# A session may be opened without a token where tools are public; it belongs to nobody
# yet.
ANONYMOUS = "anonymous"


class Sessions:
    """
    A session id alone gives no rights: it works for the user who opened it only (MCP
    Security Best Practices, "Session Hijacking"). The oldest are forgotten when there
    are too many.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._owners: dict[str, str] = {}

    def admits(self, session: str, user: str) -> bool:
        """Whether this user may use this session. Unknown ids are nobody's."""
        return self._owners.get(session) in (user, ANONYMOUS)

    def bind(self, session: str, user: str) -> None:
        """
        Notes who uses a session. The first to sign in takes over an anonymous one;
        nobody else's changes hands.
        """
        owner = self._owners.pop(session, ANONYMOUS)
        self._owners[session] = user if owner == ANONYMOUS else owner
        if len(self._owners) > self._limit:
            self._forget_one(session)

    def _forget_one(self, newest: str) -> None:
        # Sessions of nobody go first: whoever opens many of them without a token must
        # not end those of users.
        nobodys = (s for s, owner in self._owners.items() if owner == ANONYMOUS)
        oldest = next((s for s in nobodys if s != newest), next(iter(self._owners)))
        del self._owners[oldest]

    def release(self, session: str) -> None:
        """The session has been closed."""
        self._owners.pop(session, None)
