/** A sentence of the server, which calls objects by their numbers, in the names that people have given them. */
export function withNames(sentence: string, names: ReadonlyMap<number, string>): string {
  return sentence.replace(/\bobject (\d+)\b/gi, (said, id: string) => {
    const name = names.get(Number(id));
    return name === undefined || name === `Object ${id}` ? said : `“${name}”`;
  });
}
