/** Names of key points and the lines between them. */
export interface Shape {
  points: readonly string[];
  skeleton: readonly (readonly [string, string])[];
}

const COCO_PERSON: Shape = {
  points: [
    ...['nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder', 'right_shoulder'],
    ...['left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip', 'right_hip'],
    ...['left_knee', 'right_knee', 'left_ankle', 'right_ankle'],
  ],
  skeleton: [
    ['left_ankle', 'left_knee'],
    ['left_knee', 'left_hip'],
    ['right_ankle', 'right_knee'],
    ['right_knee', 'right_hip'],
    ['left_hip', 'right_hip'],
    ['left_shoulder', 'left_hip'],
    ['right_shoulder', 'right_hip'],
    ['left_shoulder', 'right_shoulder'],
    ['left_shoulder', 'left_elbow'],
    ['right_shoulder', 'right_elbow'],
    ['left_elbow', 'left_wrist'],
    ['right_elbow', 'right_wrist'],
    ['nose', 'left_eye'],
    ['nose', 'right_eye'],
    ['left_eye', 'left_ear'],
    ['right_eye', 'right_ear'],
  ],
};

const ANIMAL: Shape = {
  points: ['nose', 'left_ear', 'right_ear', 'back', 'tail_base', 'tail_tip'],
  skeleton: [
    ['nose', 'left_ear'],
    ['nose', 'right_ear'],
    ['nose', 'back'],
    ['back', 'tail_base'],
    ['tail_base', 'tail_tip'],
  ],
};

/** What key points are named by who does not want to name them one by one. */
export const TEMPLATES: readonly { id: string; name: string; hint: string; shape: Shape }[] = [
  { id: 'animal', name: 'Small animal', hint: 'Six points from the nose to the tail, seen from above', shape: ANIMAL },
  { id: 'person', name: 'Person, as in COCO', hint: '17 points', shape: COCO_PERSON },
];

export const textOf = ({ points, skeleton }: Shape): { points: string; lines: string } => ({
  points: points.join('\n'),
  lines: skeleton.map(([a, b]) => `${a} - ${b}`).join('\n'),
});

/** What two texts say, a point or a line in each row; or what is wrong with them, as a sentence. */
export function shapeOf(texts: { points: string; lines: string }): Shape | string {
  const points = rowsOf(texts.points);
  if (points.length === 0) return 'Name at least one point.';
  const twice = points.find((name, i) => points.indexOf(name) !== i);
  if (twice !== undefined) return `There are two points called “${twice}”.`;
  const skeleton: [string, string][] = [];
  for (const row of rowsOf(texts.lines)) {
    const [a, b, ...more] = row.split(/\s+-\s+/);
    if (a === undefined || b === undefined || more.length > 0) return `Expected a line as in “a - b”, not “${row}”.`;
    const unknown = [a, b].find((name) => !points.includes(name));
    if (unknown !== undefined) return `“${row}” speaks of a point that is not there: “${unknown}”.`;
    skeleton.push([a, b]);
  }
  return { points, skeleton };
}

const rowsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '');
