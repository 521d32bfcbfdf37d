// A film's sheet for as long as the film is open.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { fetchMySheet, putMySheet, type MyReview, type Sheet } from '../api';
import { storageOrNothing, tabName } from './juror_room';
import { Keeper, type Draft } from './keeping';
import { SheetSaver } from './saver';

export function useSheet(
  review: MyReview,
  film: string,
  learn: (film: string, news: { readonly sheet: Sheet }) => void,
): SheetSaver {
  const [, setCount] = useState(0);
  const saver = useMemo(
    () => {
      const made: SheetSaver = new SheetSaver(
        {
          load: () => fetchMySheet(review.id, film),
          save: (sheet, etag) => putMySheet(review.id, film, sheet, etag),
        },
        new Keeper<Draft>(
          storageOrNothing(),
          `matinee.review.${review.id}.${review.juror.id}.${film}.sheet.`,
          tabName(),
        ),
        () => {
          setCount((before) => before + 1);
          if (made.state !== 'loading') learn(film, { sheet: made.sheet });
        },
      );
      return made;
    },
    [review.id, review.juror.id, film, learn],
  );
  useEffect(() => {
    const tryNow = () => saver.tryNow();
    window.addEventListener('online', tryNow);
    return () => {
      window.removeEventListener('online', tryNow);
      saver.end();
    };
  }, [saver]);
  return saver;
}
