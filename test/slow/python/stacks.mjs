/** What is installed for each stack, by pip. FastApps and fastmcp 2.13 stay with what they were published for. */
const OLD = ['mcp>=1.17,<1.20', 'pydantic<2.12'];

/** @type {{ name: string, stack: string, server: string, packages: string[], sessions?: false }[]} */
export const STACKS = [
  { name: 'mcp 1.13', stack: 'mcp1', server: 'mcp1', packages: ['mcp==1.13.*', 'pydantic<2.12'] },
  { name: 'mcp 1', stack: 'mcp1', server: 'mcp1', packages: ['mcp>=1.27.2,<2'] },
  { name: 'mcp 1, mounted', stack: 'mcp1', server: 'mounted', packages: ['mcp>=1.27.2,<2'] },
  { name: 'mcp 1, low level', stack: 'mcp1', server: 'lowlevel', packages: ['mcp>=1.27.2,<2'] },
  { name: 'mcp 2', stack: 'mcp2', server: 'mcp2', packages: ['mcp>=2,<3', 'uvicorn'] },
  { name: 'mcp 2, low level', stack: 'mcp2', server: 'lowlevel2', packages: ['mcp>=2,<3', 'uvicorn'] },
  { name: 'fastmcp 2.13', stack: 'fastmcp2', server: 'fastmcp', packages: ['fastmcp==2.13.0.1', ...OLD] },
  { name: 'fastmcp 3', stack: 'fastmcp3', server: 'fastmcp', packages: ['fastmcp>=3.4,<4'] },
  { name: 'fastmcp 4', stack: 'fastmcp4', server: 'fastmcp', packages: ['fastmcp>=4,<5'] },
  {
    name: 'FastApps',
    stack: 'fastapps',
    server: 'fastapps',
    packages: ['fastapps==1.4.3', 'fastmcp>=2.13,<2.14', ...OLD],
    sessions: false,
  },
];
