let advice: string | undefined;

/**
 * What to do when the process is ended by Ctrl-C from now on, where "run it again" does not tell all.
 * @param text `undefined` takes it back
 */
export function setInterruptAdvice(text: string | undefined): void {
  advice = text;
}

/** What to do, as it is now. */
export function interruptAdvice(): string {
  return advice ?? 'Run the same command again when you are ready.';
}
