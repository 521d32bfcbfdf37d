// The entries: all of them, what they are doing, and bringing new ones in.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { countryName, fill, formatLength, plural } from '../text';
import { Chips } from '../ui/chips';
import { Field } from '../ui/field';
import { Button, IconButton } from '../ui/button';
import { ServerSilent, Waiting } from '../ui/notices';
import { fillWith, ServerText } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { prepareEntry, type EntrySummary } from './api';
import { Poster, useCatalogue, useTitles } from './catalogue';
import { filesChosen, filesDropped } from './dropped';
import { EntryPanel } from './entry_panel';
import { entriesStrings } from './entries_strings';
import { isIn, kStateFilters, lacks, mentions, type StateFilter } from './filter';
import { StudioLink } from './link';
import { useNavigation } from './navigation';
import { studioAddress } from './route';
import { useFailure } from './session';
import { studioStrings } from './strings';
import { isOver, type Uploads, type UploadState } from './uploads';

export function Entries({ uploads }: { readonly uploads: Uploads }) {
  const { strings, tag } = useStrings(entriesStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { entries, error } = useCatalogue();
  const { route, go } = useNavigation();
  const [words, setWords] = useState('');
  const [filter, setFilter] = useState<StateFilter>('all');
  const [lacking, setLacking] = useState('');
  const languages = useMemo(() => languagesOf(entries), [entries]);
  const dropping = useDropping((files) => uploads.add(files));

  if (!entries) return error ? <ServerSilent /> : <Waiting />;
  const all = [...entries.values()];
  const shown = all.filter(
    (entry) =>
      isIn(entry, filter) && mentions(entry, words) && (lacking === '' || lacks(entry, lacking)),
  );
  const nameOf = new Intl.DisplayNames([tag], { type: 'language' });
  return (
    <div class={`entries ${dropping ? 'dropping' : ''}`}>
      {dropping && <p class="drop-here">{strings.dropHere}</p>}
      <div class="head">
        <h1>{studio.entries}</h1>
        <p class="soft">{strings.dropHint}</p>
        <FileButton onFiles={(files) => uploads.add(files)} />
      </div>
      <UploadList uploads={uploads} />
      <div class="filters">
        <Field label={studio.search}>
          {(input) => (
            <input
              {...input}
              type="search"
              placeholder={studio.searchHint}
              value={words}
              onInput={(event) => setWords(event.currentTarget.value)}
            />
          )}
        </Field>
        <Chips
          legend={strings.show}
          items={kStateFilters.map((value) => ({ value, text: strings[`f_${value}`] }))}
          chosen={filter}
          onChoose={setFilter}
        />
        <Field label={strings.lacking}>
          {(input) => (
            <select {...input} value={lacking} onChange={(event) => setLacking(event.currentTarget.value)}>
              <option value="">{strings.any}</option>
              {languages.map((language) => (
                <option key={language} value={language}>
                  {nameOf.of(language)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <p class="soft" role="status">
        {all.length === 0 ? strings.none : fill(plural(strings.count, shown.length, tag), { n: shown.length })}
      </p>
      <ul class="grid">
        {shown.map((entry) => (
          <EntryCard key={entry.id} entry={entry} />
        ))}
      </ul>
      {route.subject && (
        <EntryPanel key={route.subject} id={route.subject} uploads={uploads} onClose={() => go(studioAddress('entries'))} />
      )}
    </div>
  );
}

function languagesOf(entries: ReadonlyMap<string, EntrySummary> | null): readonly string[] {
  const tags = new Set(['en', 'zh', 'ru']);
  for (const { languages } of entries?.values() ?? []) for (const tag of languages) tags.add(tag);
  return [...tags].filter((tag) => tag !== '' && tag !== 'und');
}

function EntryCard({ entry }: { readonly entry: EntrySummary }) {
  const { strings, tag } = useStrings(entriesStrings);
  const { jobs } = useCatalogue();
  const titleOf = useTitles();
  const toast = useToast();
  const failure = useFailure();
  const job = jobs.get(entry.id);
  const title = titleOf(entry.id);
  const credits = [entry.author, entry.country && countryName(entry.country, tag)].filter(Boolean);
  return (
    <li class="card" data-entry={entry.id}>
      <div class="picture">
        <Poster entry={entry} />
        {entry.duration_ms !== null && (
          <span class="length time">{formatLength(entry.duration_ms / 1000)}</span>
        )}
      </div>
      <h2>
        <StudioLink to={studioAddress('entries', entry.id)}>{title}</StudioLink>
      </h2>
      {credits.length > 0 && <p class="credits">{credits.join(' · ')}</p>}
      <p class="badges">
        <span class={`badge ${entry.state === 'failed' ? 'bad' : entry.state === 'ready' ? 'good' : 'quiet'}`}>
          {strings[`s_${entry.state}`]}
        </span>
        {entry.kind !== 'film' && <span class="badge quiet">{strings[`k_${entry.kind}`]}</span>}
        {entry.warnings > 0 && (
          <span class="badge warn">
            {fill(plural(strings.warnings, entry.warnings, tag), { n: entry.warnings })}
          </span>
        )}
      </p>
      {entry.languages.length > 0 && (
        <p class="soft small">{fill(strings.subtitles, { languages: entry.languages.join(', ') })}</p>
      )}
      {job && (
        <progress
          class="elapsed"
          max={1}
          value={job.fraction}
          aria-label={fill(strings.progress, { title })}
        />
      )}
      {entry.state === 'failed' && (
        <>
          <p class="error small"><ServerText>{entry.reason}</ServerText></p>
          <Button
            onClick={() =>
              void prepareEntry(entry.id).then(
                () => toast(fill(strings.retried, { title })),
                failure,
              )
            }
          >
            {strings.retry}
          </Button>
        </>
      )}
    </li>
  );
}

function FileButton({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const { strings } = useStrings(entriesStrings);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const onChange = (event: { readonly currentTarget: HTMLInputElement }) => {
    onFiles(filesChosen(event.currentTarget.files));
    event.currentTarget.value = ''; // so that the same file can be chosen again
  };
  return (
    <>
      <input ref={files} type="file" name="files" multiple hidden onChange={onChange} />
      <input
        ref={(input) => {
          folder.current = input;
          input?.setAttribute('webkitdirectory', ''); // which Preact's types do not know
        }}
        type="file"
        name="folder"
        hidden
        onChange={onChange}
      />
      <Button kind="primary" onClick={() => files.current?.click()}>
        {strings.addFiles}
      </Button>
      <Button onClick={() => folder.current?.click()}>{strings.addFolder}</Button>
    </>
  );
}

/** Files may be dropped anywhere on the page; says whether some are being held over it. */
function useDropping(onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    window.addEventListener('dragover', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    }, { signal });
    window.addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) setOver(false);
    }, { signal });
    window.addEventListener('drop', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) void filesDropped(event.dataTransfer).then((files) => latest.current(files));
    }, { signal });
    return () => listening.abort();
  }, []);
  return over;
}

function UploadList({ uploads }: { readonly uploads: Uploads }) {
  const { strings } = useStrings(entriesStrings);
  const [list, setList] = useState(uploads.list);
  useEffect(() => {
    setList(uploads.list());
    return uploads.listen(() => setList(uploads.list()));
  }, [uploads]);
  if (list.length === 0) return null;
  return (
    <section class="uploads" aria-labelledby="uploads-title">
      <div class="head">
        <h2 id="uploads-title">{strings.uploads}</h2>
        {list.some(isOver) && <Button onClick={() => uploads.clear()}>{strings.clear}</Button>}
      </div>
      <ul>
        {list.map((upload) => (
          <UploadRow key={upload.id} upload={upload} uploads={uploads} />
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ upload, uploads }: { readonly upload: UploadState; readonly uploads: Uploads }) {
  const { strings, tag } = useStrings(entriesStrings);
  const { id, name: file, size, sent, stage, detail } = upload;
  const fraction = size > 0 ? sent / size : 0;
  const percent = new Intl.NumberFormat(tag, { style: 'percent' }).format(fraction);
  const bytes = new Intl.NumberFormat(tag, {
    style: 'unit', unit: 'megabyte', maximumSignificantDigits: 3,
  }).format(size / 1e6);
  const said = stage === 'done' && detail === '' ? strings.u_taken : strings[`u_${stage}`];
  const bad = stage === 'failed' || stage === 'refused';
  return (
    <li data-stage={stage}>
      <span class="title">{file}</span>
      <progress class="elapsed" max={1} value={fraction} aria-label={file} />
      <span class={bad ? 'error' : 'soft'} role={isOver(upload) || stage === 'lost' ? 'status' : undefined}>
        {fillWith(said, { percent, size: bytes, entry: detail, reason: <ServerText>{detail}</ServerText> })}
      </span>
      {stage === 'going' && (
        <IconButton
          icon="pause"
          label={fill(strings.pause, { file })}
          onClick={() => void uploads.pause(id)}
        />
      )}
      {(stage === 'paused' || stage === 'lost' || stage === 'failed') && (
        <IconButton icon="play" label={fill(strings.resume, { file })} onClick={() => uploads.resume(id)} />
      )}
      {!isOver(upload) && stage !== 'arrived' && (
        <IconButton
          icon="close"
          label={fill(strings.giveUp, { file })}
          onClick={() => void uploads.giveUp(id)}
        />
      )}
    </li>
  );
}
