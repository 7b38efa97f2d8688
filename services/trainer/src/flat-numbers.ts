/** The numbers in nested values, by their path: {parts: {siammae: 1}} -> {'parts.siammae': 1}. */
export function flatNumbers(values: unknown, path = ''): Record<string, number> {
  if (typeof values === 'number') return { [path]: values };
  if (typeof values !== 'object' || values === null) return {};
  const entries = Object.entries(values).map(([key, value]) => flatNumbers(value, path ? `${path}.${key}` : key));
  return Object.assign({}, ...entries) as Record<string, number>;
}
