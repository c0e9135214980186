import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { createTask, deleteTask, searchTasks } from './tasks.js';

const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] });

/** One MCP server a session; the tasks are shared. */
export function createMcpServer(): McpServer {
  const server = new McpServer({ name: 'tasks-server', version: '1.0.0' });

  server.registerTool(
    'search-tasks',
    {
      description: 'Find tasks whose title contains a word',
      inputSchema: { query: z.string() },
      annotations: { readOnlyHint: true },
    },
    async ({ query }) => text(searchTasks(query)),
  );

  server.registerTool(
    'create-task',
    { description: 'Add a task to the list', inputSchema: { title: z.string().min(1) } },
    async ({ title }) => text(createTask(title)),
  );

  server.registerTool(
    'delete-task',
    {
      description: 'Delete a task for good',
      inputSchema: { id: z.string() },
      annotations: { destructiveHint: true },
    },
    async ({ id }) => text({ deleted: deleteTask(id) }),
  );

  return server;
}
