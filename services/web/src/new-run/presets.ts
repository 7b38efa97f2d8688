/** What the presets are good for, a sentence each; their numbers are in the API's documentation. */
export const PRESETS = [
  { id: 'siammae', name: 'siammae', hint: 'The default: masks of objects in ordinary video.' },
  { id: 'dino', name: 'dino', hint: 'The protocol of DINO: fewer context frames, a smaller neighbourhood.' },
  { id: 'crw', name: 'crw', hint: 'The protocol of contrastive random walks: more context, softer votes.' },
  { id: 'cropmae', name: 'cropmae', hint: 'The protocol of CropMAE.' },
  { id: 'vfs', name: 'vfs', hint: 'The protocol of VFS: long context for slow scenes.' },
  { id: 'vip', name: 'vip', hint: 'Parts of people, at the size of the VIP benchmark.' },
  { id: 'jhmdb', name: 'jhmdb', hint: 'Small pictures of one person, as in JHMDB.' },
] as const;

export type Preset = (typeof PRESETS)[number]['id'];
