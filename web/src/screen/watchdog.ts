// What to do about a picture that stands. Pure.

/** From gentle to harsh. */
export type Step = 'wait' | 'seek' | 'recover' | 'recreate';

const kSteps: readonly { readonly after: number; readonly step: Step }[] = [
  { after: 15_000, step: 'recreate' },
  { after: 8_000, step: 'recover' },
  { after: 3_000, step: 'seek' },
];

/**
 * The step that is due for a picture that has stood `stood` milliseconds. While the server does not answer
 * nothing but its answer helps: what is there is kept, and requests are repeated.
 */
export function stepFor(stood: number, serverAnswers: boolean): Step {
  if (!serverAnswers) return 'wait';
  return kSteps.find(({ after }) => stood >= after)?.step ?? 'wait';
}

/** A standing picture is covered after this long; milliseconds. A jump takes less. */
export const kCoverAfter = 1_500;
