/** The cells of each line; quotes may hold commas and doubled quotes. Empty lines are left out. */
export function cellsOf(text: string): string[][] {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .map((line) =>
      [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
        (quoted === undefined ? bare! : quoted.replaceAll('""', '"')).trim(),
      ),
    );
}

/** A cell as it is written, in quotes where it needs them. */
export function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
