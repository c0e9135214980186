"""
Calls functions of the templates. Each line of stdin says what to do, in modules that are
loaded afresh; a line of stdout says what came out. Needs nothing but Python: what checks
signatures is replaced.
"""

import asyncio
import importlib
import importlib.util
import json
import os
import pathlib
import sys
import types
from urllib.parse import urlsplit

TEMPLATES = pathlib.Path(__file__).parents[4] / "templates" / "python"


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made


def load(asked):
    module("mcp_auth", __path__=[str(TEMPLATES / "mcp_auth")])
    module("jwt", DecodeError=ValueError, InvalidTokenError=ValueError, PyJWTError=ValueError)
    module("anyio", Lock=object, to_thread=module("anyio.to_thread"))
    if "scopes" in asked:
        empty = {"TOOL_SCOPES": {}, "PUBLIC_TOOLS": [], "BASE_SCOPES": [], "SCOPE_IMPLIES": {}}
        module("mcp_auth.scopes", **{**empty, **asked["scopes"]})
    if "config" in asked:
        path = TEMPLATES / asked["config"]
        spec = importlib.util.spec_from_file_location("mcp_auth.config", path)
        config = importlib.util.module_from_spec(spec)
        sys.modules["mcp_auth.config"] = config
        spec.loader.exec_module(config)


def use(name):
    return importlib.import_module(f"mcp_auth.{name}")


def do_config(_):
    try:
        return vars(use("config").load_config())
    except use("environment").ConfigError as error:
        return str(error)


def do_parse(body):
    try:
        messages = use("messages").parse_messages(body.encode("latin-1"))
        return [[m.method, m.tool, m.id] for m in messages]
    except use("answers").Refusal as refusal:
        return refusal.status


def do_headers(headers):
    try:
        return use("messages").check_headers(headers)
    except use("answers").Refusal as refusal:
        return refusal.status


def answer(found):
    return {"status": found.status, "headers": found.headers, "body": found.body.decode()}


def do_metadata(methods):
    answers = use("answers")
    config = use("config").load_config()
    found = [answer(answers.metadata_answer(config, method)) for method in methods]
    return {"paths": answers.metadata_paths(config), "answers": found}


def do_schemes(tools):
    answers, config = use("answers"), use("config").load_config()
    return [answers.security_schemes(config, tool) for tool in tools]


def do_preflight(asked):
    return answer(use("answers").preflight("GET, POST", asked))


def do_sessions(steps):
    sessions = use("sessions").Sessions(3)
    return [getattr(sessions, name)(*arguments) for name, *arguments in steps]


def do_admit(asked):
    gate_module, verifier = use("gate"), use("verifier")
    lines = []
    use("audit").set_audit_sink(lines.append)
    gate = gate_module.Gate(use("config").load_config())
    gate._verifier = FakeVerifier(asked["tokens"], verifier, use("signing_keys"))

    async def admit(request):
        async def read_body():
            return request.get("body", "").encode()

        url = urlsplit(request.get("url", "/mcp"))
        headers = {"content-type": "application/json", **request.get("headers", {})}
        incoming = gate_module.Incoming(request["method"], url.query, headers, read_body)
        try:
            caller = await gate.admit(incoming)
            if "answered" in request:
                caller.answered(*request["answered"])
            return {"user": caller.user}
        except use("answers").Refusal as refusal:
            return answer(use("answers").answer_to(refusal))

    return {"results": [asyncio.run(admit(request)) for request in asked["requests"]], "lines": lines}


def do_verify(claims):
    """A token with these claims, whose signature and times are good; asked for twice."""
    fakes = {"get_unverified_header": lambda _: {}, "decode": lambda *_, **__: json.loads(json.dumps(claims))}
    sys.modules["jwt"].__dict__.update(fakes)
    keys = types.SimpleNamespace(key="k", algorithms=())
    verifier = use("verifier").Verifier(use("config").load_config())

    async def find(_):
        return keys

    verifier._keys.find = find
    try:
        info = asyncio.run(verifier.verify("a.b.c"))
        info.claims.get("roles", []).append("admin")
        return asyncio.run(verifier.verify("a.b.c")).claims
    except use("verifier").InvalidToken as error:
        return str(error)


def do_spellings(asked):
    """Whether the pattern for a path takes these."""
    nothing = dict.fromkeys(
        ["Starlette", "HTTPException", "BaseRoute", "Match", "Route", "auth_context_var", "AuthenticatedUser"]
        + ["AccessToken", "TransportSecuritySettings", "EventCallback", "EventMessage", "EventStore"],
        types.SimpleNamespace,
    )
    for name in ["starlette.applications", "starlette.exceptions", "starlette.routing", "mcp.server.lowlevel"]:
        module(name, server=None, **nothing)
    for name in ["auth.middleware.auth_context", "auth.middleware.bearer_auth", "auth.provider", "transport_security"]:
        module(f"mcp.server.{name}", **nothing)
    module("mcp.server.streamable_http", **nothing)
    pattern = use("server")._every_spelling(asked["path"])
    return [bool(pattern.match(path)) for path in asked["asked"]]


def do_resume(steps):
    """Two transports of a manager store events on streams, and replay what follows an event."""
    base = type("EventStore", (), {})
    module("mcp.server.streamable_http", EventStore=base, EventCallback=None, EventMessage=None)

    class Store(base):
        events = []

        async def store_event(self, stream_id, message):
            self.events.append((stream_id, message))
            return str(len(self.events) - 1)

        async def replay_events_after(self, last_event_id, send_callback):
            stream = self.events[int(last_event_id)][0]
            for at, (name, message) in enumerate(self.events):
                if name == stream and at > int(last_event_id):
                    await send_callback(message)
            return stream

    manager = type("Manager", (), {})()
    manager.event_store = Store()
    for _ in range(2):  # An application may be built twice.
        use("event_store").keep_events_apart(manager)
    of = [manager.event_store, manager.event_store]

    async def take(session, action, *arguments):
        if action == "store":
            return await of[session].store_event(*arguments)
        sent = []

        async def send(message):
            sent.append(message)

        return [await of[session].replay_events_after(*arguments, send), sent]

    return [asyncio.run(take(*step)) for step in steps]


class FakeVerifier:
    def __init__(self, tokens, verifier, keys):
        self.tokens, self.verifier, self.keys = tokens, verifier, keys

    async def verify(self, token):
        found = self.tokens.get(token)
        if found is None:
            raise self.verifier.InvalidToken("no signature of ours")
        if found == "outage":
            raise self.keys.KeysUnavailable("no signing keys")
        if found == "bug":
            raise KeyError("oops")
        known = {"client_id": "client", "subject": "ann", "issuer": "https://as", "scopes": []}
        return self.verifier.AuthInfo(token=token, expires_at=0, claims={}, **{**known, **found})


OUTSIDE = dict(os.environ)
for line in sys.stdin:
    asked = json.loads(line)
    for name in [name for name in sys.modules if name.startswith("mcp_auth")]:
        del sys.modules[name]
    os.environ.clear()
    os.environ.update({**OUTSIDE, **asked["env"]})
    os.chdir(asked["cwd"])
    load(asked)
    print(json.dumps(globals()[f"do_{asked['do']}"](asked.get("input"))), flush=True)
