// The files that were dropped on a page: those of folders, and of folders in them, too.

/** As browsers give it out (File and Directory Entries API). */
export interface DroppedEntry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
}
interface DroppedFile extends DroppedEntry {
  file(done: (file: File) => void, failed: (error: unknown) => void): void;
}
interface DroppedFolder extends DroppedEntry {
  createReader(): {
    /** Some of them each time; none when there are no more. */
    readEntries(done: (entries: readonly DroppedEntry[]) => void, failed: (error: unknown) => void): void;
  };
}

// What systems leave in folders (.DS_Store, .Spotlight-V100).
const isHidden = ({ name }: { readonly name: string }): boolean => name.startsWith('.');

/** What can be read of it; folders in the order of their names. */
export async function filesWithin(entry: DroppedEntry): Promise<readonly File[]> {
  if (isHidden(entry)) return [];
  try {
    if (entry.isFile) {
      return [await new Promise<File>((done, failed) => (entry as DroppedFile).file(done, failed))];
    }
    const reader = (entry as DroppedFolder).createReader();
    const all: DroppedEntry[] = [];
    for (;;) {
      const some = await new Promise<readonly DroppedEntry[]>((done, failed) => reader.readEntries(done, failed));
      if (some.length === 0) break;
      all.push(...some);
    }
    all.sort((a, b) => a.name.localeCompare(b.name));
    const files: File[] = [];
    for (const each of all) files.push(...(await filesWithin(each)));
    return files;
  } catch {
    return []; // it has gone, or may not be read: the others come
  }
}

/** To be called while the event is handled: its entries cannot be had later. */
export function filesDropped(transfer: DataTransfer): Promise<readonly File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return Promise.resolve([...transfer.files]);
  return Promise.all(entries.map((entry) => (entry ? filesWithin(entry) : []))).then((lists) => lists.flat());
}

/** Of those that were chosen, without what systems leave in folders. */
export const filesChosen = (files: FileList | null): readonly File[] =>
  [...(files ?? [])].filter((file) => !isHidden(file) && !/(^|\/)\./.test(file.webkitRelativePath));
