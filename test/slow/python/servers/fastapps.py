import json
import os

import uvicorn
from fastapps import BaseWidget, WidgetMCPServer, auth_required
from mcp_auth import protect_mcp
from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from starlette.routing import Route


class Input(BaseModel):
    id: str = ""


class Page:
    html = "<p></p>"


class WhoAmI(BaseWidget):
    identifier = "whoami"
    title = "Who am I"
    input_schema = Input
    invoking = "…"

    async def execute(self, input_data, context=None, user=None):
        self.invoked = json.dumps([user.subject, user.scopes])
        return {}


@auth_required(scopes=["delete:tasks"])
class DeleteTask(WhoAmI):
    identifier = "delete-task"
    title = "Delete"

    async def execute(self, input_data, context=None, user=None):
        self.invoked = f"{input_data.id} deleted for {user.subject}"
        return {}


class Status(WhoAmI):
    identifier = "status"
    title = "Status"
    invoked = "up"

    async def execute(self, input_data, context=None, user=None):
        return {"signed_in": user.is_authenticated}


async def health(request):
    return PlainTextResponse("ok")


server = WidgetMCPServer(
    name="tasks", widgets=[widget(Page()) for widget in (WhoAmI, DeleteTask, Status)]
)
protect_mcp(server)
app = server.get_app()
app.routes.append(Route("/health", health))

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]))
