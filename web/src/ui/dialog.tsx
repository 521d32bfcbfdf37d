// A dialog that has to be finished before the page goes on. The browser's own <dialog> keeps the focus
// inside, closes by Escape, and gives the focus back. What has been typed is not lost by closing it:
// then it asks first.

import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { Button, IconButton } from './button';
import { ToastsIn, useToastPlace } from './toast';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons, at the end. */
  readonly actions?: ComponentChildren;
  /** Something has been entered that closing would lose; parts inside say so by useUnsaved(). */
  readonly dirty?: boolean;
}

const UnsavedContext = createContext<Set<string>>(new Set());

/** In a dialog: whether this part has something that closing would lose. */
export function useUnsaved(dirty: boolean): void {
  const unsaved = useContext(UnsavedContext);
  const id = useId();
  useLayoutEffect(() => {
    if (!dirty) return;
    unsaved.add(id);
    return () => void unsaved.delete(id);
  }, [dirty, unsaved, id]);
}

/** Open as long as it is rendered. */
export function Dialog({ title, onClose, children, actions, dirty = false }: DialogProps) {
  const { strings } = useStrings(commonStrings);
  const dialog = useRef<HTMLDialogElement>(null);
  const [unsaved] = useState(() => new Set<string>());
  const [asking, setAsking] = useState(false);
  const pressedBeside = useRef(false);
  const enter = useToastPlace();
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    const leave = enter(id);
    return () => {
      leave();
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const wouldLose = () => dirty || unsaved.size > 0;
  const leave = () => (wouldLose() ? setAsking(true) : onClose());
  // The dialog itself is also what its backdrop and its scroll bar say they are.
  const isBeside = (event: MouseEvent): boolean => {
    const element = dialog.current;
    if (!element || event.target !== element) return false;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    return x < left || x > right || y < top || y > bottom;
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onKeyDown={(event) => {
        // Here, because a browser does not let a page refuse twice what it does by itself.
        const mine = (event.target as Element).closest('dialog') === dialog.current;
        if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || !mine || !wouldLose()) return;
        event.preventDefault();
        leave();
      }}
      onCancel={(event) => {
        if (event.target !== dialog.current || !wouldLose()) return;
        event.preventDefault();
        leave();
      }}
      onClose={(event) => {
        const element = dialog.current;
        if (!element || event.target !== element) return; // gone, or one inside
        if (wouldLose()) element.showModal();
        leave();
      }}
      onPointerDown={(event) => {
        pressedBeside.current = isBeside(event);
      }}
      onClick={(event) => {
        // A selection of text may end beside what it began in.
        if (pressedBeside.current && isBeside(event)) leave();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={strings.close} onClick={leave} />
      </div>
      <div class="dialog-body">
        <UnsavedContext.Provider value={unsaved}>{children}</UnsavedContext.Provider>
      </div>
      {actions && <div class="dialog-foot">{actions}</div>}
      {asking && (
        <Dialog
          title={strings.unsavedTitle}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={onClose}>{strings.discard}</Button>
              <Button kind="primary" autoFocus onClick={() => setAsking(false)}>
                {strings.keepEditing}
              </Button>
            </>
          }
        >
          <p>{strings.unsavedBody}</p>
        </Dialog>
      )}
      <ToastsIn place={id} />
    </dialog>
  );
}
