/** A version of a model, as in `name:3`. Where there is no room for the name, its end is left out and not the number. */
export function VersionName({ name, version }: { name: string; version: number }) {
  return (
    <span className="version-name">
      <span>{name}</span>:{version}
    </span>
  );
}
