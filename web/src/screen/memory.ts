// What a screen remembers of its server: enough to have something to say when it is switched on while the server
// is away. Only ever of the channel it has, and nothing once it has been removed.

import type { ScreenOrders } from '../api';
import type { Known } from '../schedule';

export interface Memory {
  readonly orders: ScreenOrders;
  /** What was announced. */
  readonly known: Known;
}

const kForm = 1; // raised when what is written changes its shape
const kAnnounced = 40; // hours of short films, a day of long ones
const kName = 'matinee.screen';

/** As text; what is over at `instant` (milliseconds since 1970) is left out. */
export function memoryToText({ orders, known }: Memory, instant: number): string {
  const ahead = known.filter(({ end }) => Date.parse(end) > instant).slice(0, kAnnounced);
  return JSON.stringify({ form: kForm, orders: { ...orders, commands: [] }, known: ahead });
}

/** Null for what another version of the page has written, and for what somebody has tampered with. */
export function memoryFromText(text: string | null): Memory | null {
  try {
    const { form, orders, known } = JSON.parse(text ?? 'null') as Memory & { readonly form: number };
    const whole = form === kForm && typeof orders.name === 'string' && typeof orders.design.accent === 'string';
    return whole && Array.isArray(known) ? { orders, known } : null;
  } catch {
    return null;
  }
}

export function recallMemory(): Memory | null {
  try {
    return memoryFromText(localStorage.getItem(kName));
  } catch {
    return null; // a browser that lets pages keep nothing
  }
}

/** Null forgets it. */
export function keepMemory(memory: Memory | null, instant: number): void {
  try {
    if (memory) localStorage.setItem(kName, memoryToText(memory, instant));
    else localStorage.removeItem(kName);
  } catch {
    // As above: it then starts without.
  }
}
