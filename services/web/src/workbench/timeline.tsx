import { memo, useEffect, useRef, type PointerEvent } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { cssColour } from '../labels/palette';
import { useInSight } from '../ui/use-in-sight';
import { drawRows, ROW, type TimelineContent } from './timeline-rows';

/** Height of what stays at the top while the rows are scrolled, px. */
const SCRUBBER = 18;

interface TimelineProps extends TimelineContent {
  frame: number;
  onFrame: (frame: number) => void;
  names: ReadonlyMap<number, string>;
  onChoose: (id: number) => void;
}

/** All frames at once: where one is, what is known of each object, what was said. */
export function TimelineView({ frame, onFrame, names, onChoose, ...content }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { frames, timeline, prompts, objects, colours, suggestions, passes, drafts, revision, chosen } = content;
  useEffect(() => {
    const element = canvas.current!;
    const draw = () => {
      element.width = Math.max(1, element.clientWidth * devicePixelRatio);
      element.height = Math.max(1, element.clientHeight * devicePixelRatio);
      drawRows(element, content);
    };
    const watch = new ResizeObserver(draw);
    watch.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      watch.disconnect();
      theme.disconnect();
    };
  }, [frames, timeline, prompts, objects, colours, suggestions, passes, drafts, revision, chosen]);

  const seek = ({ clientX }: PointerEvent) => {
    const { left, width } = canvas.current!.getBoundingClientRect();
    onFrame(Math.min(frames - 1, Math.max(0, Math.floor(((clientX - left) / width) * frames))));
  };
  const share = frames > 1 ? (frame + 0.5) / frames : 0.5;
  return (
    <div className="timeline">
      <TimelineNames objects={objects} colours={colours} names={names} chosen={chosen} onChoose={onChoose} />
      <div className="timeline-area">
        <Slider
          className="scrubber"
          aria-label="Frame"
          minValue={0}
          maxValue={Math.max(0, frames - 1)}
          value={frame}
          onChange={onFrame}
        >
          {/* A frame is as wide as its column: the thumb stands in the middle of it. */}
          <SliderTrack className="scrubber-track" style={{ margin: `0 ${50 / Math.max(1, frames)}%` }}>
            <SliderThumb className="scrubber-thumb" />
          </SliderTrack>
        </Slider>
        <div className="timeline-rows">
          <canvas
            ref={canvas}
            style={{ height: Math.max(1, objects.length) * ROW }}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              seek(event);
            }}
            onPointerMove={(event) => event.buttons === 1 && seek(event)}
          />
          <div className="playhead" style={{ left: `${share * 100}%` }} />
        </div>
      </div>
    </div>
  );
}

const TimelineNames = memo(function TimelineNames({
  objects,
  colours,
  names,
  chosen,
  onChoose,
}: Pick<TimelineProps, 'objects' | 'colours' | 'names' | 'chosen' | 'onChoose'>) {
  return (
    <div className="timeline-names">
      {objects.map((id) => (
        <TimelineName
          key={id}
          name={names.get(id) ?? `Object ${id}`}
          colour={cssColour(colours[id]!)}
          isChosen={id === chosen}
          onChoose={() => onChoose(id)}
        />
      ))}
    </div>
  );
});

interface TimelineNameProps {
  name: string;
  /** As CSS says it. */
  colour: string;
  isChosen: boolean;
  onChoose: () => void;
}

function TimelineName({ name, colour, isChosen, onChoose }: TimelineNameProps) {
  const row = useInSight<HTMLButtonElement>(isChosen, '.timeline', SCRUBBER);
  return (
    <button ref={row} className={isChosen ? 'is-chosen' : ''} style={{ height: ROW }} onClick={onChoose} tabIndex={-1}>
      <span className="swatch" style={{ background: colour }} />
      <span title={name}>{name}</span>
    </button>
  );
}
