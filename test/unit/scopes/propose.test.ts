import { describe, expect, it } from 'vitest';
import { CliError } from '../../../src/errors.ts';
import { proposeScope, proposeScopes } from '../../../src/scopes/propose.ts';
import { isScopeToken } from '../../../src/scopes/scope-token.ts';
import type { Tool } from '../../../src/types.ts';

const tool = (name: string, annotations?: Tool['annotations']): Tool => ({
  name,
  file: 'server.ts',
  line: 1,
  ...(annotations ? { annotations } : {}),
});
const NONE = { toolScopes: {}, publicTools: [] };

function failure(run: () => unknown): CliError {
  try {
    run();
  } catch (error) {
    if (error instanceof CliError) return error;
  }
  throw new Error('no CliError was thrown');
}

describe('the scope of a tool', () => {
  it.each([
    ['search-tasks', 'read:tasks'],
    ['create-task', 'write:tasks'],
    ['delete-task', 'delete:tasks'],
    ['get_client', 'read:clients'],
    ['listUsers', 'read:users'],
    ['GetHTTPRoute', 'read:http-routes'],
    ['tasks.search', 'read:tasks'],
    ['task.delete', 'delete:tasks'],
    ['get_records_by_client', 'read:records'],
    ['list-all-companies', 'read:companies'],
    ['get_service_categories', 'read:service-categories'],
    ['ip_get_details', 'read:details'],
    ['purgeCache', 'delete:caches'],
    ['send_email', 'write:emails'],
    ['get-weather', 'read:weather'],
    ['cancel_order', 'write:orders'],
    ['extract-page', 'read:pages'],
    ['deploy_site', 'write:sites'],
    ['sync-calendar', 'write:calendars'],
    ['delete_sync', 'delete:syncs'],
    ['get_filter', 'read:filters'],
    ['create_or_update_file', 'write:files'],
    ['list-and-delete-files', 'delete:files'],
    ['budgets_get_all', 'read:budgets'],
    ['list_available_rooms', 'read:rooms'],
    ['delete-many', 'use:delete-many'],
    ['echo', 'use:echo'],
    ['search', 'use:search'],
    ['Do.Something', 'use:Do.Something'],
  ])('%s -> %s', (name, scope) => {
    expect(proposeScope(tool(name))).toBe(scope);
  });

  it.each([
    ['hints before the verb', 'delete-task', { readOnlyHint: true }, 'read:tasks'],
    ['destructive', 'update-task', { destructiveHint: true }, 'delete:tasks'],
    [
      'read-only wins: destructive says nothing then',
      'run-report',
      { readOnlyHint: true, destructiveHint: true },
      'read:run-reports',
    ],
    [
      'changes, but destroys nothing',
      'refresh-index',
      { readOnlyHint: false, destructiveHint: false },
      'write:refresh-indices',
    ],
    ['not destructive alone decides nothing', 'search-tasks', { destructiveHint: false }, 'read:tasks'],
  ])('%s', (_, name, annotations, scope) => {
    expect(proposeScope(tool(name, annotations))).toBe(scope);
  });

  it('is always a legal scope-token, and different for different names', () => {
    const scopes = ['my tool', 'a"b', 'a\\b', 'поиск', 'найти', 'naïve'].map((name) => proposeScope(tool(name)));
    expect(scopes.every(isScopeToken)).toBe(true);
    expect(new Set(scopes).size).toBe(scopes.length);
    expect(scopes[0]).toBe('use:my-tool');
  });
});

describe('the scope map', () => {
  it('covers every tool, with overrides in their place and public tools apart', () => {
    const map = proposeScopes([tool('search-tasks'), tool('create-task'), tool('ping')], {
      toolScopes: { 'create-task': ['tasks', 'audit'] },
      publicTools: ['ping'],
    });
    expect(map).toEqual({
      toolScopes: { 'search-tasks': ['read:tasks'], 'create-task': ['tasks', 'audit'] },
      publicTools: ['ping'],
      baseScopes: ['read:tasks'],
    });
  });

  it('survives names that objects have by birth', () => {
    const { toolScopes } = proposeScopes([tool('constructor'), tool('__proto__')], NONE);
    expect(Object.entries(toolScopes)).toEqual([
      ['constructor', ['use:constructor']],
      ['__proto__', ['use:__proto__']],
    ]);
  });

  it.each([
    [
      'the read scopes, when there are others',
      ['search-tasks', 'get-user', 'create-task'],
      ['read:tasks', 'read:users'],
    ],
    [
      'at most three, the most used first',
      ['get-note', 'get-user', 'get-role', 'get-task', 'list-task', 'create-note'],
      ['read:tasks', 'read:notes', 'read:users'],
    ],
    ['one of them, when all only read', ['get-task', 'get-user', 'list-users'], ['read:users']],
    ['the most used one, when none reads', ['create-task', 'update-task', 'delete-task'], ['write:tasks']],
    ['the only one there is', ['search-tasks'], ['read:tasks']],
    ['nothing, without tools', [], []],
  ])('asks first for %s', (_, names, base) => {
    expect(
      proposeScopes(
        names.map((name) => tool(name)),
        NONE,
      ).baseScopes,
    ).toEqual(base);
  });

  it('asks for all of them at first where clients can never ask for more', () => {
    const tools = [tool('search-tasks'), tool('create-task'), tool('delete-task')];
    const { baseScopes } = proposeScopes(tools, { ...NONE, asksForAll: true });
    expect(baseScopes).toEqual(['delete:tasks', 'read:tasks', 'write:tasks']);
  });
});

describe('overrides that cannot be', () => {
  it('names the tool that was probably meant', () => {
    const error = failure(() =>
      proposeScopes([tool('search-tasks')], { toolScopes: { 'serch-tasks': ['x'] }, publicTools: [] }),
    );
    expect([error.code, error.fix]).toEqual(['unknown-tool', 'Did you mean search-tasks?']);
    expect(failure(() => proposeScopes([tool('a-tool')], { toolScopes: {}, publicTools: ['zzz'] })).fix).toContain(
      'a-tool',
    );
  });

  it('accepts names the source does not tell when it does not tell all', () => {
    const map = proposeScopes([], { toolScopes: { dynamic: ['x'] }, publicTools: [], allowUnknown: true });
    expect(map.toolScopes).toEqual({ dynamic: ['x'] });
  });

  it.each([['with space'], ['quo"te'], ['back\\slash'], ['ümlaut'], ['']])('refuses %j as a scope', (scope) => {
    const error = failure(() => proposeScopes([tool('a')], { toolScopes: { a: [scope] }, publicTools: [] }));
    expect(error.code).toBe('invalid-option');
  });

  it('refuses a tool that is public and scoped', () => {
    expect(failure(() => proposeScopes([tool('a')], { toolScopes: { a: ['x'] }, publicTools: ['a'] })).code).toBe(
      'invalid-option',
    );
  });
});
