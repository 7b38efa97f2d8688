import type { ReactNode } from 'react';

const icon = (paths: ReactNode) => (
  <svg
    viewBox="0 0 16 16"
    width="16"
    height="16"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.4"
    aria-hidden="true"
  >
    {paths}
  </svg>
);

/** Drawn on a grid of 16 px with lines of 1.4 px. */
export const Icons = {
  logo: (
    <svg viewBox="0 0 20 16" width="20" height="16" fill="none" aria-hidden="true">
      <path d="M1 12.500c2.5-7 5-7 7.5 0" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M6 12.500c2.5-9 5-9 7.5 0"
        stroke="var(--accent)"
        strokeOpacity=".55"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <circle cx="16.5" cy="4.5" r="2" fill="var(--amber)" />
    </svg>
  ),
  plus: icon(<path d="M8 3v10M3 8h10" />),
  minus: icon(<path d="M3 8h10" />),
  brush: icon(
    <path d="M13.5 2.5 7 9M5.8 8.400c-1.7 0-2.3 1.3-2.3 2.6 0 1-.6 1.8-1.5 2 2.6.9 5.7.3 5.7-2.4 0-1.3-.8-2.2-1.9-2.200Z" />,
  ),
  eraser: icon(<path d="m6.5 13-4-4 6.3-6.3 4.5 4.500L8 13H6.500ZM5.5 6l4.5 4.500M6 13.500h8" />),
  polygon: icon(<path d="M3 11.5 5 4l6-1 2.5 5.500L9 13z" />),
  wand: icon(<path d="m2.5 13.500 7-7M8 5l3 3M11 2v2.500M14 5h-2.500M12.8 9.200l-1.500-1.200M6.800 3.200 8 4.400" />),
  fill: icon(
    <path d="m7 2.5 5.5 5.500L7.5 13 2.5 8zM13.5 10.500c.8 1.2 1.2 1.8 1.2 2.300a1.2 1.2 0 0 1-2.4 0c0-.5.4-1.1 1.2-2.300ZM3 8h9" />,
  ),
  points: icon(
    <>
      <path d="M4.500 11 8 5l4 5" />
      <circle cx="4" cy="12" r="1.500" fill="currentColor" />
      <circle cx="8" cy="4" r="1.500" fill="currentColor" />
      <circle cx="12.500" cy="11" r="1.500" fill="currentColor" />
    </>,
  ),
  hand: icon(
    <path d="M5 8.500V4a1 1 0 0 1 2 0v3-4.500a1 1 0 0 1 2 0V7 3.500a1 1 0 0 1 2 0V8 5.500a1 1 0 0 1 2 0V10c0 2.5-1.5 4-4 4-2.3 0-3.2-.8-4.2-2.600L3.2 9a1 1 0 0 1 1.8-.5Z" />,
  ),
  undo: icon(<path d="M5.5 3 2.5 6l3 3M3 6h6a4 4 0 0 1 0 8H7" />),
  redo: icon(<path d="m10.5 3 3 3-3 3M13 6H7a4 4 0 0 0 0 8h2" />),
  fit: icon(<path d="M2.5 6V2.500H6M10 2.500h3.500V6M13.5 10v3.500H10M6 13.500H2.500V10" />),
  play: icon(<path d="M4.5 2.8 13 8l-8.5 5.200z" fill="currentColor" />),
  pause: icon(<path d="M5 3v10M11 3v10" strokeWidth="2.4" />),
  previous: icon(<path d="M10.5 3 5.5 8l5 5" />),
  next: icon(<path d="m5.5 3 5 5-5 5" />),
  first: icon(<path d="M12.5 3 7.5 8l5 5M4 3v10" />),
  last: icon(<path d="m3.5 3 5 5-5 5M12 3v10" />),
  eye: icon(
    <>
      <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z" />
      <circle cx="8" cy="8" r="1.8" />
    </>,
  ),
  hidden: icon(
    <path d="M2.5 2.500l11 11M6.2 3.800A6 6 0 0 1 8 3.500c4 0 6.5 4.5 6.5 4.500a12 12 0 0 1-2 2.500M10 12.200c-.6.2-1.3.3-2 .3C4 12.5 1.5 8 1.5 8a12 12 0 0 1 2.3-2.7" />,
  ),
  lock: icon(<path d="M4 7.500h8v6H4zM5.5 7.500V5a2.5 2.5 0 0 1 5 0v2.5" />),
  unlocked: icon(<path d="M4 7.500h8v6H4zM5.5 7.500V5a2.5 2.5 0 0 1 4.8-1" />),
  trash: icon(<path d="M3 4.500h10M6 4.500V3h4v1.500M4.5 4.500l.600 9h5.800l.600-9M6.8 7v4M9.2 7v4" />),
  upload: icon(<path d="M8 10V3M4.8 6 8 2.800 11.200 6M3 13h10" />),
  download: icon(<path d="M8 2.500v7M4.8 6.5 8 9.700l3.2-3.200M3 13h10" />),
  check: icon(<path d="m3 8.5 3.2 3.200L13 4.8" />),
  warning: icon(<path d="M8 2.5 14.5 13.500h-13zM8 6.500v3.200M8 11.400v.600" />),
  outline: icon(<path d="M8 2.500a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z" strokeDasharray="2.2 1.6" />),
  sun: icon(
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1.1 1.100M11.5 11.500l1.1 1.100M12.6 3.400l-1.1 1.100M4.5 11.500l-1.1 1.1" />
    </>,
  ),
  moon: icon(<path d="M13 9.500A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.500Z" />),
  search: icon(<path d="M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5 14 14" />),
  close: icon(<path d="m4 4 8 8M12 4l-8 8" />),
  key: icon(<path d="M10.5 2.500a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8.3 7.7 2.5 13.500M4.5 11.500l1.5 1.5" />),
  keyboard: icon(<path d="M1.5 4.500h13v7h-13zM4 7h.1M6.6 7h.1M9.3 7h.1M12 7h.1M4.5 9.500h7" />),
  target: icon(<path d="M8 3.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM8 1v4M8 11v4M1 8h4M11 8h4" />),
  more: icon(<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" strokeWidth="2.2" strokeLinecap="round" />),
};
