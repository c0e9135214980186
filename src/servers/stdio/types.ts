import type { Node } from 'ts-morph';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { Edit } from '../../types.ts';

/** What it takes to give a stdio server an HTTP side, decided and not yet done. */
export interface HttpEntryPlan {
  /** The new file that serves HTTP, relative to the project root: `src/http.ts`. */
  entry: string;
  /** The file that is started and chooses between stdio and HTTP from now on. */
  started: string;
  edits: Edit[];
  script: { name: string; command: string };
  /** The project as it will be: what detection and adapters are to look at from here on. */
  snapshot: ProjectSnapshot;
  /** Remarks for the person. */
  notes: string[];
}

/** Why it cannot be done without a person: a sentence without its full stop, with file and line. */
export interface HttpEntryRefusal {
  refused: string;
}

/** The place where stdio begins. */
export interface Start {
  /** Connects the server, or calls what does: what is not to happen when HTTP is served. */
  statement: Node;
  /** What the server is reached from in that statement: `server`, `app`, `new Tasks()`, `createServer()`. */
  subject: Node;
  /** What leads from there to the server: nothing, or `.server`. */
  path: string;
  /** The class that keeps the server to itself. */
  holder?: Holder;
}

export interface Holder {
  owner: Node;
  /** The method that connects the server. */
  method: Node;
  /** The property with the server in it, if it is declared. */
  property?: Node;
}

/** How a new server object is made for each session: an expression at the place where stdio begins. */
export interface Factory {
  /** `createServer`, `() => new Tasks().server` */
  expression: string;
}

/** Ends the planning with a reason; caught at its top. */
export class Refusal extends Error {}

/** @param reason a sentence without its full stop */
export function refuse(reason: string): never {
  throw new Refusal(reason);
}
