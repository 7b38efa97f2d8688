import { Failure } from './failure';

/** `champion=80 canary=20` as the server takes it, which also checks the sum. @throws Failure (usage) */
export function parseSplit(parts: readonly string[]): { alias: string; percent: number }[] {
  return parts.map((part) => {
    const [, alias, percent] = /^([^=]+)=(\d{1,3})$/.exec(part) ?? [];
    if (!alias) throw new Failure(`expected parts such as champion=80, not ${part}`, 2);
    return { alias, percent: Number(percent) };
  });
}
