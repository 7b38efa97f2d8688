import { Link } from 'react-aria-components';
import type { Export } from '../api/client';
import { IconButton } from '../ui/button';
import { ago, bytes, whole } from '../ui/format';
import { Icons } from '../ui/icons';
import { Progress } from '../ui/progress';
import { EXPORT_FORMATS } from './export-formats';
import { lossText } from './export-loss';
import { isPending } from './use-exports';

interface ExportRowProps {
  made: Export;
  names: ReadonlyMap<number, string>;
  onRemove?: () => void;
}

/** One export: how far it is, what is in it, what was lost. */
export function ExportRow({ made, names, onRemove }: ExportRowProps) {
  const { id, runId, format, state, file, progress, error, options } = made;
  const { name } = EXPORT_FORMATS[format];
  const objects = Array.isArray(options.objects) ? (options.objects as number[]) : undefined;
  const facts = [
    file ? bytes(file.bytes) : state === 'queued' ? 'Waiting' : '',
    `${whole(progress.total)} frames`,
    objects?.map((one) => names.get(one) ?? `object ${one}`).join(', ') ?? '',
    ago(made.createdAt),
  ];
  const loss = file ? lossText(made, names) : '';
  return (
    <li className="export" data-state={state}>
      <div className="export-text">
        <strong>
          {name} {!made.isCurrent && <span className="tag warn">before a correction</span>}
        </strong>
        <span className="hint">{facts.filter(Boolean).join(' · ')}</span>
        {loss && <span className="hint">{loss}</span>}
        {error && (
          <span className="export-error" role="alert">
            {error.title} {error.detail}
          </span>
        )}
        {isPending(made) && (
          <Progress
            label={`${name}, frames written`}
            share={progress.total > 0 ? progress.done / progress.total : undefined}
          />
        )}
      </div>
      {file && (
        <Link
          className="icon-button"
          href={`/v1/runs/${runId}/exports/${id}/file`}
          download
          aria-label={`Download ${name}`}
        >
          {Icons.download}
        </Link>
      )}
      {onRemove && (
        <IconButton
          icon={isPending(made) ? Icons.close : Icons.trash}
          label={isPending(made) ? `Stop ${name}` : `Delete ${name}`}
          placement="left"
          onPress={onRemove}
        />
      )}
    </li>
  );
}
