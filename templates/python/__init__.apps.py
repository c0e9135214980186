"""OAuth 2.1 for this MCP server. The map of tools and scopes is in scopes.py."""

from .apps import protect_mcp
from .audit import set_audit_sink
from .server import protect_app
from .user import User, current_user

__all__ = ["User", "current_user", "protect_app", "protect_mcp", "set_audit_sink"]
