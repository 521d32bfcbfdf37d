// The juror's name over the picture, so that a recording tells whose it was. It moves now and then, so
// that no one place can be cut off, and so that it does not stand in the way of the same corner for long.

import { useEffect, useState } from 'preact/hooks';

const kStays = 20_000; // milliseconds
const kPlaces = 6; // in review.css

export function Watermark({ name }: { readonly name: string }) {
  const [place, setPlace] = useState(() => Math.floor(Math.random() * kPlaces));
  useEffect(() => {
    const timer = window.setInterval(
      // Any place but the one it is in.
      () => setPlace((now) => (now + 1 + Math.floor(Math.random() * (kPlaces - 1))) % kPlaces),
      kStays,
    );
    return () => window.clearInterval(timer);
  }, []);
  return (
    <p class="watermark" data-place={place} aria-hidden="true">
      {name}
    </p>
  );
}
