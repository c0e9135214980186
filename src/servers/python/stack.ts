/**
 * What a Python server is built on: the official SDK by its major version, fastmcp by its major version, or FastApps,
 * which sits on fastmcp 2.
 */
export type PythonStack = 'mcp1' | 'mcp2' | 'fastmcp2' | 'fastmcp3' | 'fastmcp4' | 'fastapps';
