import { useEffect, useState } from 'react';
import { PALETTE } from '../labels/palette';
import { decodeRle } from '../labels/rle';
import { LabelledPicture } from '../paint/labelled-picture';
import { Button } from '../ui/button';
import { Loading } from '../ui/states';
import { score, type Clip, type WorstFrame } from './report';

interface Seen extends WorstFrame {
  name: string;
  picture: ImageBitmap;
  truth: Uint8Array;
  found: Uint8Array;
}

/** Of each clip of a validation the frame that is least like the truth, rendered here as the validation has seen it. */
export function WorstFrames({ clips }: { clips: readonly Clip[] }) {
  const [isWanted, setWanted] = useState(false);
  const [seen, setSeen] = useState<readonly Seen[]>([]);
  const worst = clips.flatMap(({ name, worst: one }) => (one ? [{ name, ...one }] : []));
  useEffect(() => {
    if (!isWanted) return undefined;
    let isCurrent = true;
    void (async () => {
      for (const one of worst) {
        const rendered = await rendering(one);
        if (!isCurrent) return;
        setSeen((before) => [...before, { ...one, ...rendered }]);
      }
    })();
    return () => {
      isCurrent = false;
      setSeen([]);
    };
  }, [isWanted]);
  if (worst.length === 0) return null;
  if (!isWanted) {
    return (
      <div>
        <Button onPress={() => setWanted(true)}>Show the worst frames</Button>
      </div>
    );
  }
  return (
    <>
      {seen.map(({ name, frame, J, picture, truth, found, clip: { width, height } }) => (
        <figure key={name} className="pair">
          <LabelledPicture
            {...{ picture, width, height, labels: truth, colours: PALETTE }}
            label={`The truth of ${name}, frame ${frame}`}
          />
          <LabelledPicture
            {...{ picture, width, height, labels: found, colours: PALETTE }}
            label={`What was found of ${name}, frame ${frame}`}
          />
          <figcaption>
            {name}, frame {frame}: truth, and what was found <span className="muted">J {score(J)}</span>
          </figcaption>
        </figure>
      ))}
      {seen.length < worst.length && <Loading what={`Rendering ${worst[seen.length]!.name}`} />}
    </>
  );
}

/** The frame and its truth, and what the report says was found. */
async function rendering({ frame, masks, clip }: WorstFrame): Promise<Pick<Seen, 'picture' | 'truth' | 'found'>> {
  const { renderPictures } = await import('@propago/sample-clip');
  const { pictureOf } = await import('../sample/picture-of');
  const { width, height } = clip;
  let last: { rgb: Uint8Array; labels: Uint8Array } | undefined;
  for (const next of renderPictures({ ...clip, frames: frame + 1 })) {
    last = next;
    // Between two frames the tab does what else there is to do.
    await new Promise((resolve) => setTimeout(resolve));
  }
  const found = new Uint8Array(width * height);
  for (const { id, counts } of masks) decodeRle(counts, width, height, id, found);
  return { picture: await createImageBitmap(pictureOf(last!.rgb, width, height)), truth: last!.labels, found };
}
