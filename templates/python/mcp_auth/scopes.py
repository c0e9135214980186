"""The scope map: which tool needs which scopes. This is the file to edit."""

# Tool name -> scopes that a caller needs. A tool that is missing here is refused to
# everybody.
TOOL_SCOPES: dict[str, list[str]] = {
    "search-tasks": ["read:tasks"],
    "create-task": ["write:tasks"],
    "delete-task": ["delete:tasks"],
}

# Tools that anybody may call without signing in.
PUBLIC_TOOLS: list[str] = []

# What clients ask for when they sign in first, and what anything but a tool call needs
# (RFC 6750 §3).
BASE_SCOPES: list[str] = ["read:tasks"]

# A broad scope -> the narrow ones that it includes, for example
# {"admin:tasks": ["read:tasks", "write:tasks"]}.
SCOPE_IMPLIES: dict[str, list[str]] = {}
