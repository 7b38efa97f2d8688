import { padded } from '@propago/contracts';
import type { ExportedFrame } from './format';

/** File stem of a frame: the one that it came with, or its number as DAVIS writes it. */
export const stemOf = ({ name, index }: Pick<ExportedFrame, 'name' | 'index'>): string => name ?? padded(index);

/** Numbers as programs print them that know six digits. */
export const sixDigits = (index: number): string => String(index).padStart(6, '0');
