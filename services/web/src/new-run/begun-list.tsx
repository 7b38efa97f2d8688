import { FileTrigger } from 'react-aria-components';
import { Button, IconButton } from '../ui/button';
import { bytes, percent } from '../ui/format';
import { Icons } from '../ui/icons';
import { Progress } from '../ui/progress';
import type { BegunUpload } from './begun-uploads';
import { asOneFile } from './zip-of-frames';

interface BegunListProps {
  uploads: readonly BegunUpload[];
  needsFile: (upload: BegunUpload) => boolean;
  onGoOn: (upload: BegunUpload, file?: File) => void;
  onGiveUp: (upload: BegunUpload) => void;
}

/** Files of which a part has arrived: a browser does not give them again by itself. */
export function BegunList({ uploads, needsFile, onGoOn, onGiveUp }: BegunListProps) {
  return (
    <section className="card panel-part begun" aria-label="Unfinished uploads">
      <h2>Unfinished uploads</h2>
      <ul>
        {uploads.map((upload) => {
          const { id, name, size, arrived } = upload;
          const button = (
            <Button label={`Go on with ${name}`} onPress={needsFile(upload) ? undefined : () => onGoOn(upload)}>
              Go on
            </Button>
          );
          return (
            <li key={id}>
              <div className="begun-name">
                <strong title={name}>{name}</strong>
                <span className="muted">
                  {percent(arrived / size)} of {bytes(size)} has arrived
                  {needsFile(upload) && '; choose the same file to go on'}
                </span>
                <Progress label={`Upload of ${name}`} share={arrived / size} />
              </div>
              {needsFile(upload) ? (
                <FileTrigger
                  onSelect={(files) => void asOneFile([...(files ?? [])]).then((file) => file && onGoOn(upload, file))}
                  allowsMultiple={name.endsWith('.zip')}
                >
                  {button}
                </FileTrigger>
              ) : (
                button
              )}
              <IconButton icon={Icons.trash} label={`Give up ${name}`} onPress={() => onGiveUp(upload)} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
