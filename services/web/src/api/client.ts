import createClient from 'openapi-fetch';
import type { components, paths } from '../generated/api';
import { csrf } from './csrf';
import { Problem, problemOf } from './problem';

type Schemas = components['schemas'];
export type Run = Schemas['Run'];
export type Video = Schemas['Video'];
export type Session = Schemas['Session'];
export type Frame = Schemas['FramePage']['items'][number];
export type RunEvent = Schemas['RunEvent'];
export type PromptList = Schemas['PromptList'];
export type RunObject = Schemas['RunObject'];
export type Timeline = Schemas['Timeline'];
export type Suggestion = Schemas['SuggestionList']['items'][number];
export type Export = Schemas['Export'];
export type Model = Schemas['Model'];
export type ModelVersion = Schemas['ModelVersion'];
export type ShadowComparison = Schemas['ShadowComparisonPage']['items'][number];
export type TrainingRun = Schemas['TrainingRun'];
export type TrainingEvent = Schemas['TrainingEvent'];
export type Key = Schemas['Key'];
export type Worker = Schemas['WorkerList']['items'][number];

/** The API, by the types of its own document. The cookie goes with each request, and its token with each change. */
export const api = createClient<paths>({ baseUrl: '/', fetch: (request) => fetch(request) });

api.use({
  onRequest({ request }) {
    if (csrf.token !== null && request.method !== 'GET') request.headers.set('x-csrf-token', csrf.token);
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What an operation answers. @throws Problem with the words of the error table, also where the server is not reached */
export async function ask<T>(answering: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await answering;
  } catch (error) {
    throw Problem.unreachable(error);
  }
  if (!answer.response.ok) {
    const problem = problemOf(answer.error, answer.response.status);
    if (problem.isSignedOut) csrf.onEnd();
    throw problem;
  }
  return answer.data as T;
}
