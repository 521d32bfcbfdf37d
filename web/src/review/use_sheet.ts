// A film's sheet, which is saved also when the juror has turned to another film.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { fetchMySheet, putMySheet, type MyReview, type Sheet } from '../api';
import { storageOrNothing, tabName } from './juror_room';
import { Keeper, type Draft } from './keeping';
import { SheetSaver } from './saver';

const kSavers = new Map<string, SheetSaver>();

export function useSheet(
  review: MyReview,
  film: string,
  learn: (film: string, news: { readonly sheet: Sheet }) => void,
): SheetSaver {
  const [, setCount] = useState(0);
  const saver = useMemo(() => {
    const name = `matinee.review.${review.id}.${review.juror.id}.${film}.sheet.`;
    const known = kSavers.get(name);
    known?.refresh();
    const found =
      known ??
      new SheetSaver(
        {
          load: () => fetchMySheet(review.id, film),
          save: (sheet, etag) => putMySheet(review.id, film, sheet, etag),
        },
        new Keeper<Draft>(storageOrNothing(), name, tabName()),
        () => undefined,
      );
    kSavers.set(name, found);
    found.onChange = () => {
      setCount((before) => before + 1);
      if (found.state !== 'loading') learn(film, { sheet: found.sheet });
    };
    return found;
  }, [review.id, review.juror.id, film, learn]);
  useEffect(() => {
    const tryNow = () => saver.tryNow();
    window.addEventListener('online', tryNow);
    return () => {
      window.removeEventListener('online', tryNow);
      saver.tryNow();
    };
  }, [saver]);
  return saver;
}
