import { encodeIndexedPng, encodeRles, VOC_PALETTE } from '@propago/labels';
import { NATIVE_SIZE } from './platform';
import { labelsOf, type Action, type RunState, type Said } from './random-corrections';
import type { SmallClip } from './small-clip';

/** A prompt as the API takes it, in either form. */
function bodyOf(
  clip: SmallClip,
  said: Said,
  asMask: boolean,
): { png: Buffer; absent: number[] } | { objects: object[] } {
  const labels = labelsOf(clip, said);
  const ids = [...said.objects.keys()];
  const absent = ids.filter((id) => !labels.includes(id));
  if (asMask) {
    const { width, height } = clip;
    return { png: encodeIndexedPng({ width, height, indices: labels, palette: VOC_PALETTE }), absent };
  }
  const objects = ids.map((id) => {
    return absent.includes(id) ? { id, absent: true } : { id, rle: encodeRles(labels, clip, [id])[0] };
  });
  return { objects };
}

/** The form of a run that starts with this state; each prompt is said in either way. The video is not in it. */
export function formOf(clip: SmallClip, state: RunState, next: () => number): FormData {
  const form = new FormData();
  form.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
  const objects = [...state.objects].map(([id, isTracedBack]) => ({ id, isTracedBack }));
  form.append('objects', JSON.stringify(objects));
  const json: object[] = [];
  for (const [frame, said] of state.prompts) {
    const body = bodyOf(clip, said, next() < 0.5);
    if ('objects' in body) json.push({ frame, ...body });
    else if (body.absent.length < said.objects.size) {
      form.append(`mask@${frame}`, new Blob([new Uint8Array(body.png)]), 'mask.png');
      if (body.absent.length > 0) json.push({ frame, objects: body.absent.map((id) => ({ id, absent: true })) });
    } else json.push({ frame, ...bodyOf(clip, said, false) });
  }
  if (json.length > 0) form.append('prompts', JSON.stringify(json));
  return form;
}

/** How one step of a correction is sent to a run: method, rest of the address, and body. */
export interface ActionRequest {
  method: string;
  path: string;
  body?: Buffer | object;
}

/** As fetch takes it. */
export function initOf({ method, body }: ActionRequest): RequestInit {
  if (!body) return { method };
  const isPng = Buffer.isBuffer(body);
  return {
    method,
    headers: { 'content-type': isPng ? 'image/png' : 'application/json' },
    body: isPng ? new Uint8Array(body) : JSON.stringify(body),
  };
}

export function requestOf(clip: SmallClip, action: Action, next: () => number): ActionRequest {
  switch (action.kind) {
    case 'add-object':
      return { method: 'POST', path: '/objects', body: { id: action.id, isTracedBack: action.isTracedBack } };
    case 'trace-back':
      return { method: 'PATCH', path: `/objects/${action.id}`, body: { isTracedBack: action.isTracedBack } };
    case 'remove-object':
      return { method: 'DELETE', path: `/objects/${action.id}` };
    case 'delete':
      return { method: 'DELETE', path: `/prompts/${action.frame}` };
    case 'put': {
      const body = bodyOf(clip, action.said, next() < 0.5);
      if ('objects' in body) return { method: 'PUT', path: `/prompts/${action.frame}`, body };
      const query = body.absent.length > 0 ? `?absent=${body.absent.join()}` : '';
      return { method: 'PUT', path: `/prompts/${action.frame}${query}`, body: body.png };
    }
  }
}
