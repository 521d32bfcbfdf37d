// A score that is typed instead of chosen. Pure.

/**
 * The score that `text` is on the scale from `low` to `high`; null for no text, which takes the score
 * back. Undefined for whatever else was typed: "150" or "8.5" on a scale to 100 are no scores, and are
 * not cut down to something that is one. Digits of an East Asian keyboard (８５) are digits.
 */
export function typedScore(text: string, low: number, high: number): number | null | undefined {
  const plain = text.trim().replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  if (plain === '') return null;
  if (!/^\d{1,9}$/.test(plain)) return undefined;
  const score = Number(plain);
  return score >= low && score <= high ? score : undefined;
}
