/** Where the development server says what it does; src/ui has one. */
export interface Report {
  info(message: string): void;
  warn(message: string): void;
}
