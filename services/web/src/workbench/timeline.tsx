import { memo, useEffect, useRef, type PointerEvent } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { cssColour } from '../labels/palette';
import { useInSight } from '../ui/use-in-sight';
import { useStable } from '../ui/use-stable';
import { IconButton } from '../ui/button';
import { Icons } from '../ui/icons';
import { drawRows, ROW, type TimelineContent } from './timeline-rows';
import { isSeen, LEAST_SHOWN } from './timeline-view';
import type { TimelineZoom } from './use-timeline-view';

/** Height of what stays at the top while the rows are scrolled, px. */
const SCRUBBER = 24;
/** How much nearer a turn of the wheel by one px brings. */
const WHEEL = 0.002;

interface TimelineProps extends Omit<TimelineContent, 'view'> {
  zoom: TimelineZoom;
  frame: number;
  onFrame: (frame: number) => void;
  names: ReadonlyMap<number, string>;
  onChoose: (id: number) => void;
}

/** Where one is, what is known of each object, what was said: of all frames, or of a stretch of them. */
export function TimelineView({ frame, onFrame, names, onChoose, zoom, ...rest }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { view } = zoom;
  const content = { ...rest, view };
  const { frames, timeline, prompts, objects, colours, suggestions, passes, drafts, revision, chosen } = rest;
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
  }, [frames, view, timeline, prompts, objects, colours, suggestions, passes, drafts, revision, chosen]);

  const frameAt = (clientX: number) => {
    const { left, width } = canvas.current!.getBoundingClientRect();
    const place = Math.floor(((clientX - left) / width) * view.count);
    return Math.min(frames - 1, view.first + Math.min(view.count - 1, Math.max(0, place)));
  };
  const seek = ({ clientX }: PointerEvent) => onFrame(frameAt(clientX));
  const turn = useStable((event: WheelEvent) => {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    const isAside = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey || event.metaKey) zoom.zoom(Math.exp(-event.deltaY * WHEEL), frameAt(event.clientX));
    else if (isAside && zoom.canFar) zoom.move(Math.round((sideways / canvas.current!.clientWidth) * view.count));
    else return;
    event.preventDefault();
  });
  // React listens to wheels without a say in what else they do.
  useEffect(() => {
    const element = canvas.current!;
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [turn]);
  const share = (frame + 0.5 - view.first) / view.count;
  const percentOf = (count: number) => `${(100 * count) / Math.max(1, frames)}%`;
  return (
    <div className="timeline">
      <div className="timeline-side">
        <div className="timeline-zoom">{frames > LEAST_SHOWN && <ZoomButtons zoom={zoom} />}</div>
        <TimelineNames objects={objects} colours={colours} names={names} chosen={chosen} onChoose={onChoose} />
      </div>
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
            {zoom.canFar && (
              <div className="scrubber-view" style={{ left: percentOf(view.first), width: percentOf(view.count) }} />
            )}
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
          {isSeen(view, frame) && <div className="playhead" style={{ left: `${share * 100}%` }} />}
        </div>
      </div>
    </div>
  );
}

const ZoomButtons = memo(function ZoomButtons({ zoom }: { zoom: TimelineZoom }) {
  const { first, count } = zoom.view;
  return (
    <>
      <IconButton
        icon={Icons.minus}
        label="More frames on the timeline"
        keys="-"
        placement="top"
        isDisabled={!zoom.canFar}
        onPress={zoom.further}
      />
      <IconButton
        icon={Icons.plus}
        label="Fewer frames on the timeline"
        keys="+"
        placement="top"
        isDisabled={!zoom.canNear}
        onPress={zoom.nearer}
      />
      <span className="timeline-shown">{zoom.canFar ? `${first}–${first + count - 1}` : 'All frames'}</span>
    </>
  );
});

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
