// What the page uses of the lib, which is checked by the rules of the programs of the platform.
declare module '@propago/sample-clip' {
  export function renderPictures(options: {
    width: number;
    height: number;
    frames: number;
    seed: number;
    objects: number;
  }): Iterable<{ rgb: Uint8Array; labels: Uint8Array }>;
}
