// What is said about moments of the film.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Comment } from '../api';
import { useStrings } from '../locale';
import { fill, formatLength } from '../text';
import { Button, IconButton } from '../ui/button';
import type { Pending } from './pending';
import type { SheetSaver } from './saver';
import { newId, withComment, withoutComment } from './sheet';
import { reviewStrings } from './strings';

export interface CommentsProps {
  readonly saver: SheetSaver;
  /** What is being written. */
  readonly pending: Pending;
  readonly onPending: (pending: Pending) => void;
  /** Seconds into the film. */
  readonly position: () => number | null;
  readonly seek: (seconds: number) => void;
}

export function Comments({ saver, pending, onPending, position, seek }: CommentsProps) {
  const { strings } = useStrings(reviewStrings);
  const box = useRef<HTMLTextAreaElement>(null);
  const { comments } = saver.sheet;
  const [removed, setRemoved] = useState<Comment | null>(null);
  const undo = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone with its comment.
  useEffect(() => {
    if (removed) undo.current?.querySelector('button')?.focus();
  }, [removed]);
  const remove = (comment: Comment) => {
    saver.edit((sheet) => withoutComment(sheet, comment.id));
    setRemoved(comment);
  };
  const putBack = (comment: Comment) => {
    saver.edit((sheet) => withComment(sheet, comment));
    setRemoved(null);
    box.current?.focus();
  };

  const write = (text: string) => {
    const at = pending.text === '' ? Math.round((position() ?? 0) * 1000) : pending.at;
    onPending({ text, at });
  };
  const add = () => {
    const text = pending.text.trim();
    if (text === '') return;
    saver.edit((sheet) => withComment(sheet, { id: newId(), at_ms: pending.at, text }));
    write('');
    box.current?.focus();
  };
  const label = pending.text === ''
    ? strings.commentHere
    : fill(strings.commentAt, { time: formatLength(pending.at / 1000) });
  return (
    <section class="comments" aria-label={strings.comments}>
      <h2>{strings.comments}</h2>
      <div class="field">
        <label for="comment">{label}</label>
        <textarea
          id="comment"
          ref={box}
          rows={2}
          maxLength={4_000}
          value={pending.text}
          aria-describedby="comment-hint"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            add();
          }}
        />
        <p class="hint" id="comment-hint">
          {strings.commentHint}
        </p>
        <div class="actions">
          <Button disabled={pending.text.trim() === ''} onClick={add}>
            {strings.addComment}
          </Button>
        </div>
      </div>
      <div class="removed" role="status" ref={undo}>
        {removed && (
          <>
            <p>{fill(strings.commentRemoved, { time: formatLength(removed.at_ms / 1000) })}</p>
            <Button onClick={() => putBack(removed)}>{strings.putBack}</Button>
          </>
        )}
      </div>
      <ol>
        {comments.map((comment) => {
          const time = formatLength(comment.at_ms / 1000);
          return (
            <li key={comment.id} class="comment" data-at={comment.at_ms}>
              <button
                type="button"
                class="button time"
                aria-label={fill(strings.goTo, { time })}
                onClick={() => seek(comment.at_ms / 1000)}
              >
                {time}
              </button>
              <p>{comment.text}</p>
              <IconButton
                icon="close"
                label={fill(strings.removeComment, { time })}
                onClick={() => remove(comment)}
              />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
