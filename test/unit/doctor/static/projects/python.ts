import type { Files } from '../support/examine.ts';

const VERIFIER = `import os

import anyio
import jwt
from jwt import PyJWKClient
from mcp.server.auth.provider import AccessToken, TokenVerifier

ISSUER = os.environ["ISSUER"]
RESOURCE = os.environ["MCP_RESOURCE_URL"]
keys = PyJWKClient(f"{ISSUER}.well-known/jwks.json")


class JwksVerifier(TokenVerifier):
    async def verify_token(self, token: str) -> AccessToken | None:
        try:
            key = await anyio.to_thread.run_sync(keys.get_signing_key_from_jwt, token)
            payload = jwt.decode(token, key.key, algorithms=["RS256"], audience=RESOURCE, issuer=ISSUER, options={"require": ["exp"]})
        except jwt.PyJWTError:
            return None
        return AccessToken(token=token, client_id=payload["azp"], scopes=payload["scope"].split(), expires_at=payload["exp"], resource=RESOURCE)
`;

/** The SDK with AuthSettings. */
export const SDK: Files = {
  'pyproject.toml': '[project]\nname = "tasks"\nversion = "1.0.0"\ndependencies = ["mcp==1.29.0"]\n',
  '.env': 'ISSUER=https://id.tasks.dev/\nMCP_RESOURCE_URL=https://mcp.tasks.dev/mcp\n',
  'verifier.py': VERIFIER,
  'server.py': `from mcp.server.auth.settings import AuthSettings
from mcp.server.fastmcp import FastMCP
from mcp.server.transport_security import TransportSecuritySettings

from verifier import ISSUER, RESOURCE, JwksVerifier

mcp = FastMCP(
    "tasks",
    stateless_http=True,
    token_verifier=JwksVerifier(),
    auth=AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE, required_scopes=["read:tasks"]),
    transport_security=TransportSecuritySettings(allowed_hosts=["mcp.tasks.dev", "localhost:*"]),
)


@mcp.tool()
def search_tasks(query: str) -> str:
    return query


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
`,
};

/** fastmcp as a resource server, mounted in FastAPI. */
export const FASTMCP: Files = {
  'requirements.txt': 'fastmcp==3.4.7\nfastapi\n',
  'app/main.py': `from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastmcp import FastMCP
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.jwt import JWTVerifier

auth = RemoteAuthProvider(
    token_verifier=JWTVerifier(jwks_uri="https://id.tasks.dev/jwks", issuer="https://id.tasks.dev/", audience="https://mcp.tasks.dev/mcp"),
    authorization_servers=["https://id.tasks.dev/"],
    base_url="https://mcp.tasks.dev",
)
mcp = FastMCP("tasks", auth=auth)
mcp_app = mcp.http_app(path="/")
app = FastAPI(lifespan=mcp_app.lifespan)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_headers=["*"], expose_headers=["WWW-Authenticate", "Mcp-Session-Id"])
app.router.routes.extend(auth.get_well_known_routes(mcp_path="/mcp"))
app.mount("/mcp", mcp_app)


@mcp.tool
def search_tasks(query: str) -> str:
    return query
`,
};

/** A lowlevel server behind the SDK's middleware. */
export const LOWLEVEL: Files = {
  'requirements.txt': 'mcp==1.29.0\n',
  'verifier.py': VERIFIER,
  'server.py': `from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from verifier import ISSUER, RESOURCE, JwksVerifier

server = Server("tasks")
manager = StreamableHTTPSessionManager(app=server, stateless=True)
guard = RequireAuthMiddleware(manager.handle_request, ["read:tasks"], build_resource_metadata_url(AnyHttpUrl(RESOURCE)))
app = Starlette(
    routes=[*create_protected_resource_routes(resource_url=AnyHttpUrl(RESOURCE), authorization_servers=[AnyHttpUrl(ISSUER)]), Route("/mcp", endpoint=guard)],
    middleware=[
        Middleware(CORSMiddleware, allow_origins=["*"], allow_headers=["*"], expose_headers=["WWW-Authenticate"]),
        Middleware(AuthenticationMiddleware, backend=BearerAuthBackend(JwksVerifier())),
        Middleware(AuthContextMiddleware),
    ],
    lifespan=lambda app: manager.run(),
)
`,
};

/** Middleware of one's own before a mounted app. */
export const OWN_MIDDLEWARE: Files = {
  'requirements.txt': 'mcp==1.29.0\nfastapi\n',
  'verifier.py': VERIFIER,
  'main.py': `import contextlib

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from mcp.server.fastmcp import FastMCP
from starlette.middleware.base import BaseHTTPMiddleware

from verifier import ISSUER, RESOURCE, JwksVerifier

METADATA = "https://mcp.tasks.dev/.well-known/oauth-protected-resource/mcp"
mcp = FastMCP("tasks", stateless_http=True, streamable_http_path="/")
verifier = JwksVerifier()


class TokenMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        if not request.url.path.startswith("/mcp"):
            return await call_next(request)
        header = request.headers.get("authorization", "")
        token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else None
        if token is None or await verifier.verify_token(token) is None:
            return JSONResponse({"error": "unauthorized"}, status_code=401, headers={"WWW-Authenticate": f'Bearer resource_metadata="{METADATA}"'})
        return await call_next(request)


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI):
    async with mcp.session_manager.run():
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(TokenMiddleware)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_headers=["*"], expose_headers=["WWW-Authenticate", "Mcp-Session-Id"])


@app.get("/.well-known/oauth-protected-resource/mcp")
async def metadata():
    return {"resource": RESOURCE, "authorization_servers": [ISSUER]}


app.mount("/mcp", mcp.streamable_http_app())
`,
};
