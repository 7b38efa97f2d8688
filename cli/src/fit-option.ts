import { Option } from 'commander';

/** `--fit`: what is done with masks of another size than the video. */
export function fitOption(): Option {
  return new Option('--fit <how>', 'nearest: scale masks of another size, but of the shape of the frame').choices([
    'exact',
    'nearest',
  ]);
}
