import { NEXT_MIDDLEWARE } from '../../project/source-files.ts';
import type { CodeModel } from '../model.ts';

/** Code of the project that Next.js runs before every route. */
export function middlewareNotes(model: CodeModel): string[] {
  return model
    .sourceFiles()
    .map((file) => model.pathOf(file))
    .filter((path) => NEXT_MIDDLEWARE.includes(path))
    .map(
      (path) =>
        `${path} runs before every route: it must let /.well-known/oauth-protected-resource and the MCP route pass.`,
    );
}
