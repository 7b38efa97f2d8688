import { CodedError } from '@propago/contracts';
import { askFfprobe } from './ask-ffprobe';
import type { VideoLimits } from './limits';
import type { VideoProbe } from './video-probe';
import { type FileSignature, truncated } from './signature';
import { findTransportLoss } from './transport-loss';

/** A file whose headers were read. */
interface Opened {
  signature: FileSignature;
  probe: VideoProbe;
  /** Packet identifier of the stream in a transport stream. */
  pid: number;
  limits: VideoLimits;
  signal?: AbortSignal;
}

/**
 * Looks for frames that the chosen stream has lost, as far as its container can tell without decoding. A length that is
 * merely announced wrongly, or a cut through the sound alone, loses none.
 * @returns VIDEO_TRUNCATED or VIDEO_CORRUPT, with the place; null where all frames are there as far as can be seen
 */
export async function findMissingFrames(path: string, opened: Opened): Promise<CodedError | null> {
  const { transport, announcedBytes, bytes } = opened.signature;
  if (transport) {
    const loss = await findTransportLoss(path, transport, { pid: opened.pid, codec: opened.probe.codec });
    return loss && transportFailure(loss, opened.probe);
  }
  if (announcedBytes === null || (await hasAllPackets(path, opened))) return null;
  return truncated(bytes, announcedBytes);
}

/**
 * Whether as many frames came as the container counts. Matroska counts none but has a duration, and some of its writers
 * count that from zero, not from the first frame.
 */
export function isWhole(probe: VideoProbe, frames: number): boolean {
  const { container, frameCountEstimate, durationSeconds, frameRate, startPts, timeBase } = probe;
  if (frameCountEstimate === null) return false;
  if (container !== 'matroska' || durationSeconds === null || frameRate === null) return frames >= frameCountEstimate;
  const start = ((startPts ?? 0) * timeBase.num) / timeBase.den;
  return frames >= Math.min(frameCountEstimate, (durationSeconds - start) * frameRate - 0.5);
}

async function hasAllPackets(path: string, { probe, limits, signal }: Opened): Promise<boolean> {
  const { container, streamIndex } = probe;
  if (container === 'zip') return false;
  const { streams, incomplete } = await askFfprobe(path, { demuxer: container, stream: streamIndex, limits, signal });
  return !incomplete && isWhole(probe, Number(streams[0]?.nb_read_packets));
}

function transportFailure(
  { kind, pts }: NonNullable<Awaited<ReturnType<typeof findTransportLoss>>>,
  { startPts, frameRate, timeBase }: VideoProbe,
): CodedError {
  const start = startPts ?? 0;
  const frame =
    pts !== null && frameRate ? Math.round(((pts - start) * timeBase.num * frameRate) / timeBase.den) : null;
  const time = pts === null ? '' : ` at ${((pts * timeBase.num) / timeBase.den).toFixed(3)} s`;
  const place = frame === null ? `the frame${time}` : `frame ${frame}${time}`;
  return kind === 'cut'
    ? new CodedError('VIDEO_TRUNCATED', `The file ends within ${place}.`)
    : new CodedError('VIDEO_CORRUPT', `Packets of ${place} or of the next ones are missing.`);
}
