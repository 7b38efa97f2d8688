import { ProgressBar } from 'react-aria-components';

/** @param share 0..1; undefined: nobody knows */
export function Progress({ label, share }: { label: string; share: number | undefined }) {
  const value = Math.min(100, Math.max(0, (share ?? 0) * 100));
  return (
    <ProgressBar aria-label={label} value={value} isIndeterminate={share === undefined}>
      <div className="bar">
        <div style={{ width: `${value}%` }} />
      </div>
    </ProgressBar>
  );
}
