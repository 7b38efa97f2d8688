// What the page uses of the lib, which is checked by the rules of the programs of the platform.
declare module '@propago/sample-clip' {
  export interface ClipOptions {
    width: number;
    height: number;
    frames: number;
    seed: number;
    objects: number;
    stride?: number;
    hardness?: Record<string, number>;
  }
  export function renderPictures(options: ClipOptions): Iterable<{ rgb: Uint8Array; labels: Uint8Array }>;
}
