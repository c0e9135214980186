export function visit(url: string): Promise<void>;
