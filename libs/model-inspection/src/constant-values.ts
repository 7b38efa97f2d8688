import { ScannedNode, ScannedTensor } from './scanned-model';

/** What is known of a value before anything runs. */
export interface Known {
  /** Its numbers, row-major; `undefined` for one that depends on the image. */
  values?: (number | undefined)[];
  /** How many numbers it has. */
  elements?: number;
  dims?: number[];
}

/** Longer lists are no shapes. */
const MAX_VALUES = 256;

export function knownTensor({ values, elements, dims }: ScannedTensor): Known {
  return { values, elements, dims };
}

type Rule = (node: ScannedNode, inputs: readonly Known[]) => Known;

const same: Rule = (_, [data]) => ({ values: data?.values, elements: data?.elements });

const one =
  (map: (value: number) => number): Rule =>
  (_, [data]) => ({
    values: data?.values?.map((value) => (value === undefined ? undefined : map(value))),
    elements: data?.elements,
  });

const two =
  (combine: (a: number, b: number) => number): Rule =>
  (_, [a, b]) => {
    if (!a?.values || !b?.values) return {};
    const [left, right] = [a.values, b.values];
    if (left.length !== right.length && left.length !== 1 && right.length !== 1) return {};
    const values = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
      const [x, y] = [left[left.length === 1 ? 0 : i], right[right.length === 1 ? 0 : i]];
      return x === undefined || y === undefined ? undefined : combine(x, y);
    });
    return { values, elements: values.length };
  };

/** The arithmetic with which exporters write shapes down; what is not here is unknown. */
const RULES: Readonly<Record<string, Rule>> = {
  Constant: ({ attributes }) => {
    const [attribute] = attributes.values();
    if (!attribute) return {};
    if (attribute.tensor) return knownTensor(attribute.tensor);
    return { values: attribute.numbers, elements: attribute.numbers.length };
  },
  Identity: (_, [data]) => data ?? {},
  Cast: one((value) => value),
  Squeeze: same,
  Unsqueeze: same,
  Reshape: same,
  Flatten: same,
  Abs: one(Math.abs),
  Ceil: one(Math.ceil),
  Floor: one(Math.floor),
  Neg: one((value) => -value),
  Sqrt: one(Math.sqrt),
  Exp: one(Math.exp),
  Add: two((a, b) => a + b),
  Sub: two((a, b) => a - b),
  Mul: two((a, b) => a * b),
  Div: two((a, b) => a / b),
  Pow: two((a, b) => a ** b),
  Max: two(Math.max),
  Min: two(Math.min),
  Shape: (_, [data]) => (data?.dims ? { values: data.dims, elements: data.dims.length } : {}),
  Size: (_, [data]) => (data?.elements === undefined ? {} : { values: [data.elements], elements: 1 }),
  // A part of unknown length stands as one unknown number: the others keep their weight in a product.
  Concat: (_, inputs) => {
    const values = inputs.flatMap((input) => input.values ?? [undefined]);
    const elements = inputs.reduce<number | undefined>(
      (sum, input) => (sum === undefined || input.elements === undefined ? undefined : sum + input.elements),
      0,
    );
    return { values: values.length <= MAX_VALUES ? values : undefined, elements };
  },
  Gather: (_, [data, indices]) => {
    if (!data?.values || data.elements === undefined || !indices?.values) return {};
    const values = indices.values.map((index) => (index === undefined ? undefined : data.values!.at(index)));
    return { values, elements: values.length };
  },
};

/** The first output of a node, as far as it follows from constants. */
export function knownOutput(node: ScannedNode, inputs: readonly Known[]): Known {
  return RULES[node.opType]?.(node, inputs) ?? {};
}
