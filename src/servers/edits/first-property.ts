import type { ObjectLiteralExpression } from 'ts-morph';
import type { FileEdit } from './file-edit.ts';

/** Puts a property before all others of an object, on a line of its own where they are. */
export function insertFirst(file: FileEdit, object: ObjectLiteralExpression, property: string): void {
  const start = object.getStart() + '{'.length;
  const [first] = object.getProperties();
  const lead = first ? object.getSourceFile().getFullText().slice(start, first.getStart()) : '';
  const indent = lead.includes('\n') ? file.style.eol + lead.slice(lead.lastIndexOf('\n') + 1) : ' ';
  file.splice([{ start, end: start, text: `${indent}${property}${first ? ',' : ' '}` }]);
}
