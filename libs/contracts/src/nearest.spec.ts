import { nearest } from './nearest';

const KNOWN = ['siammae', 'dino', 'crw', 'topK', 'temperature', 'neighbourhood'];

it.each([
  ['topk', 'topK'],
  ['TOPK', 'topK'],
  ['siamae', 'siammae'],
  ['dion', 'dino'],
  ['neighborhood', 'neighbourhood'],
  ['temperture', 'temperature'],
  ['vit', undefined],
  ['', undefined],
])('%j is probably %j', (text, meant) => {
  expect(nearest(text, KNOWN)).toBe(meant);
});
