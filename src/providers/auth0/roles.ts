import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { RemoteStep } from '../../types.ts';
import type { ProviderInput } from '../types.ts';
import { itemsOf, putBack, type Values } from '../values.ts';
import { isConflict } from './api-error.ts';
import { nameFor } from './names.ts';
import { call, callOptional, numberedList, type Part, type Planned, type Session } from './session.ts';

const PREFIX = 'auth0.role.';
const PERMISSIONS = '.permissions';
const PERMISSION = 'permission ';

interface Role {
  id: string;
  name: string;
}
interface Permission {
  permission_name: string;
  resource_server_identifier: string;
}

/** `--rbac`: a role with everything and, where that is less, one that only reads. */
export async function planRoles(session: Session, input: ProviderInput, audience: string): Promise<Planned> {
  if (!input.wishes.rbac) return { steps: [], warnings: [] };
  const all = scopeCatalogue(input.scopes);
  const reading = all.filter((scope) => scope.startsWith('read:'));
  const wanted = [
    { id: 'user', name: nameFor('Everything on', input.resource), scopes: all },
    ...(reading.length > 0 && reading.length < all.length
      ? [{ id: 'reader', name: nameFor('Reading on', input.resource), scopes: reading }]
      : []),
  ];
  const steps: RemoteStep[] = [];
  for (const { id, name, scopes } of wanted) {
    const found = await findRole(session, name);
    const present = found ? await readPermissions(session, found.id, audience) : [];
    steps.push(
      ...stepsFor(
        id,
        name,
        found,
        audience,
        scopes.filter((scope) => !present.includes(scope)),
      ),
    );
  }
  const names = wanted.map(({ name }) => `"${name}"`).join(' or ');
  const warnings = [
    {
      message: `With --rbac, users without a role are refused by every tool. Whoever is to use the server needs the role ${names}.`,
      fix: 'Dashboard: User Management > Users > (a user) > Roles > Assign Roles.',
    },
  ];
  return { steps, warnings };
}

function stepsFor(
  id: string,
  name: string,
  found: Role | undefined,
  audience: string,
  missing: string[],
): RemoteStep[] {
  const role = { id: PREFIX + id, resource: `role ${name}`, reversible: true };
  const permissions = { ...role, id: role.id + PERMISSIONS, ...(found && { ref: found.id }) };
  const values = itemsOf(PERMISSION, missing);
  const description = `For the MCP server ${audience}`.slice(0, 140);
  return [
    found
      ? { ...role, ref: found.id, verb: 'keep', summary: role.resource, want: {} }
      : { ...role, verb: 'create', summary: role.resource, want: { name, description } },
    missing.length === 0
      ? { ...permissions, verb: 'keep', summary: `permissions of the role ${name}`, want: {} }
      : {
          ...permissions,
          verb: 'update',
          summary: `permissions of the role ${name}: ${missing.join(' ')}`,
          have: { api: audience },
          want: { ...values, api: audience },
        },
  ];
}

async function findRole({ api }: Session, name: string): Promise<Role | undefined> {
  const roles = await numberedList<Role>('list the roles', 'roles', (query) =>
    api.roles.list({ ...query, name_filter: name }),
  );
  return roles.find((role) => role.name === name);
}

async function readPermissions({ api }: Session, role: string, audience: string): Promise<string[]> {
  const permissions = await numberedList<Permission>('list the permissions of a role', 'permissions', (query) =>
    api.roles.permissions.list(role, query),
  );
  return permissions.filter((one) => one.resource_server_identifier === audience).map((one) => one.permission_name);
}

/** Makes the roles of `--rbac`, and takes them back. */
export const rolePart: Part = {
  async apply(session, { id, ref, want, resource }) {
    if (id.endsWith(PERMISSIONS)) {
      const role = ref ?? session.refs.get(id.slice(0, -PERMISSIONS.length)) ?? '';
      await call(`give the ${resource} its permissions`, session.api.roles.permissions.add(role, permissionsOf(want)));
      return { ref: role };
    }
    const body = { name: String(want['name']), description: String(want['description']) };
    const made = await call(`create the ${resource}`, session.api.roles.create(body)).catch(async (error: unknown) => {
      const found = isConflict(error) ? await findRole(session, body.name) : undefined;
      if (!found) throw error;
      return found;
    });
    session.refs.set(id, made.id ?? '');
    return { ref: made.id ?? '' };
  },
  async revert(session, id, record) {
    const { api } = session;
    const found = await callOptional('read the role', api.roles.get(record.ref));
    if (!found) return { outcome: 'gone', message: `The role ${record.ref} is gone already.` };
    const name = `the role ${found.name ?? record.ref}`;
    if (!id.endsWith(PERMISSIONS)) {
      await call(`delete ${name}`, api.roles.delete(record.ref));
      return { outcome: 'deleted', message: `Deleted ${name}.` };
    }
    const audience = String(record.after?.['api']);
    const current = itemsOf(PERMISSION, await readPermissions(session, record.ref, audience));
    const { back } = putBack({ ...current, api: audience }, record);
    if (Object.keys(back).length > 0) {
      const body = permissionsOf({ ...back, api: audience });
      await call(`restore ${name}`, api.roles.permissions.delete(record.ref, body));
    }
    return { outcome: 'restored', message: `The permissions of ${name} are as they were before.` };
  },
};

function permissionsOf({ api, ...values }: Values): { permissions: Permission[] } {
  const names = Object.keys(values).map((key) => key.slice(PERMISSION.length));
  return {
    permissions: names.map((permission_name) => ({ permission_name, resource_server_identifier: String(api) })),
  };
}
