// An entry's subtitle files: seen over the film, shifted, replaced, left out; with what the checks say, where they
// say it.

import { useId, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { useStrings } from '../locale';
import { fill, formatLength, languageName, plural } from '../text';
import { useUnsaved } from '../ui/dialog';
import { fillWith, ServerText } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { fetchEntryDetails, shiftSubtitles, type EntryDetails, type SubtitleFile } from './api';
import { entriesStrings } from './entries_strings';
import { resetSubtitles, setSubtitlesUsed } from './rooms_api';
import { subtitleMeanings, told } from './server_texts';
import { useFailure } from './session';
import { SubtitlePreview, type PreviewHandle } from './subtitle_preview';
import { isUsed, nudgedShift, replacementName, secondsOf } from './subtitle_timing';
import { subtitlesStrings } from './subtitles_strings';
import type { Uploads } from './uploads';

export interface SubtitleFilesProps {
  readonly entry: EntryDetails;
  readonly uploads: Uploads;
  readonly onChanged: () => void;
}

/** What is shown over the film. */
interface Looked {
  readonly file: string;
  /** Seconds of the film to begin at. */
  readonly at: number;
}

export function SubtitleFiles({ entry, uploads, onChanged }: SubtitleFilesProps) {
  const { strings: entries } = useStrings(entriesStrings);
  const { strings } = useStrings(subtitlesStrings);
  const { subtitles: files } = entry;
  const [looked, setLooked] = useState<Looked | null>(null);
  // Shifts that are typed and not applied yet, by file: they are seen at once.
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const shiftOf = (file: SubtitleFile) => drafts[file.file] ?? file.options.shift ?? '';
  useUnsaved(files.some((file) => shiftOf(file).trim() !== (file.options.shift ?? '')));
  const preview = useRef<PreviewHandle>(null);
  const shown = files.find(({ file }) => file === looked?.file);
  const delayOf = (file: SubtitleFile) =>
    (secondsOf(shiftOf(file)) ?? 0) - (secondsOf(file.options.shift ?? '') ?? 0);
  return (
    <section>
      <h3>{entries.subtitleFiles}</h3>
      {files.length === 0 && <p>{entries.noSubtitles}</p>}
      {entry.master && looked && shown && (
        <SubtitlePreview
          ref={preview}
          master={entry.master}
          files={files}
          file={shown}
          startAt={looked.at}
          delay={delayOf(shown)}
          onClose={() => setLooked(null)}
        />
      )}
      <ul class="subtitle-files">
        {files.map((file) => (
          <FileRow
            key={file.file}
            entry={entry}
            file={file}
            shift={shiftOf(file)}
            shown={looked?.file === file.file}
            uploads={uploads}
            onShift={(shift) => setDrafts({ ...drafts, [file.file]: shift })}
            onShifted={() => {
              setDrafts(Object.fromEntries(Object.entries(drafts).filter(([name]) => name !== file.file)));
              preview.current?.refresh();
              onChanged();
            }}
            onLook={(at) => {
              if (looked && at !== null) preview.current?.seek(at);
              setLooked({ file: file.file, at: at ?? 0 });
            }}
            onChanged={() => {
              preview.current?.refresh();
              onChanged();
            }}
          />
        ))}
      </ul>
      {files.length > 0 && entry.master && !looked && <p class="soft small">{strings.lookHint}</p>}
    </section>
  );
}

const kNudges = [-1, -0.1, 0.1, 1] as const;

function FileRow(props: {
  readonly entry: EntryDetails;
  readonly file: SubtitleFile;
  readonly shift: string;
  readonly shown: boolean;
  readonly uploads: Uploads;
  readonly onShift: (shift: string) => void;
  readonly onShifted: () => void;
  /** At so many seconds of the film; null: where it is. */
  readonly onLook: (at: number | null) => void;
  readonly onChanged: () => void;
}) {
  const { entry, file, shift, shown, uploads, onShift, onShifted, onLook, onChanged } = props;
  const { strings: entries, tag } = useStrings(entriesStrings);
  const { strings } = useStrings(subtitlesStrings);
  const toast = useToast();
  const failure = useFailure();
  const used = isUsed(file);
  const tracks = file.report.tracks ?? [];
  const cues = tracks.reduce((sum, track) => sum + track.cues, 0);
  const applied = file.options.shift ?? '';
  const valid = secondsOf(shift) !== null;
  const id = useId();
  const act = (done: Promise<unknown>, said: string) =>
    void done.then(() => {
      toast(said);
      onChanged();
    }, failure);
  const labelOf = (action: string) => fill(strings.of, { action, file: file.file });
  const number = new Intl.NumberFormat(tag, { signDisplay: 'always' });
  return (
    <li data-file={file.file} class={used ? '' : 'left-out'}>
      <p>
        <span class="title">{languageOf(file, tag)}</span>{' '}
        {file.kind !== 'full' && <span class="badge quiet">{strings[`k_${file.kind}`]}</span>}{' '}
        {!used && <span class="badge quiet">{strings.leftOut}</span>}{' '}
        <span class="soft">
          {file.file} · {fill(plural(entries.cues, cues, tag), { n: cues })}
          {file.report.encoding && ` · ${file.report.encoding}`}
        </span>
      </p>
      <div class="commands small">
        {entry.master && used && (
          <button
            type="button"
            class="button"
            aria-pressed={shown}
            aria-label={labelOf(strings.look)}
            onClick={() => onLook(null)}
          >
            {strings.look}
          </button>
        )}
        <Replace entry={entry} file={file} uploads={uploads} onReplaced={onChanged} />
        <button
          type="button"
          class="button"
          aria-label={labelOf(used ? strings.leaveOut : strings.use)}
          onClick={() =>
            act(
              setSubtitlesUsed(entry.id, file.file, used ? false : null),
              fill(used ? strings.isLeftOut : strings.isUsed, { file: file.file }),
            )
          }
        >
          {used ? strings.leaveOut : strings.use}
        </button>
      </div>
      <form
        class="shift"
        onSubmit={(event) => {
          event.preventDefault();
          void shiftSubtitles(entry.id, file.file, shift.trim() || null).then(() => {
            toast(fill(entries.shifted, { file: file.file }));
            onShifted();
          }, failure);
        }}
      >
        <label for={id}>{entries.shift}</label>
        <input
          id={id}
          inputMode="decimal"
          title={entries.shiftHint}
          aria-invalid={valid ? undefined : true}
          value={shift}
          onInput={(event) => onShift(event.currentTarget.value)}
        />
        {kNudges.map((by) => (
          <button
            key={by}
            type="button"
            class="button nudge"
            aria-label={labelOf(fill(strings.nudge, { n: number.format(by) }))}
            onClick={() => onShift(nudgedShift(shift, by))}
          >
            {number.format(by)}
          </button>
        ))}
        <button type="submit" class="button" disabled={!valid || shift.trim() === applied}>
          {entries.apply}
        </button>
        {shift.trim() !== applied && <span class="soft">{shown ? strings.seen : strings.notApplied}</span>}
      </form>
      <Findings file={file} onLook={entry.master && used ? onLook : null} />
    </li>
  );
}

const languageOf = ({ language, file }: SubtitleFile, tag: string): string =>
  language ? languageName(language, tag) : file;

const kBadges: Readonly<Record<string, string>> = { notice: 'quiet', warning: 'warn', error: 'bad' };
const kLead = 1; // seconds before a cue: it is seen coming

/** What was found in a file; a press shows it in its place. */
function Findings(props: { readonly file: SubtitleFile; readonly onLook: ((at: number) => void) | null }) {
  const { file, onLook } = props;
  const { strings: entries, tag } = useStrings(entriesStrings);
  const { strings } = useStrings(subtitlesStrings);
  const problems = file.report.problems ?? [];
  const findings = (file.report.tracks ?? []).flatMap((track) => track.findings);
  const count = problems.length + findings.length;
  if (count === 0) return <p class="soft">{entries.noFindings}</p>;
  return (
    <details>
      <summary>{fill(plural(entries.findings, count, tag), { n: count })}</summary>
      <ul class="notes">
        {problems.map(({ line, message }) => (
          <li key={`${line}${message}`}>{fillWith(entries.line, { n: String(line), text: <ServerText>{message}</ServerText> })}</li>
        ))}
        {findings.map(({ start, check, severity, message }) => {
          const time = formatLength(start / 1000);
          const { text, english } = told(subtitleMeanings, check, message, tag);
          return (
            <li key={`${start}${check}${message}`}>
              {onLook ? (
                <button
                  type="button"
                  class="button at-time time"
                  aria-label={fill(strings.lookAt, { time, message: text || english })}
                  onClick={() => onLook(Math.max(0, start / 1000 - kLead))}
                >
                  {time}
                </button>
              ) : (
                <span class="time">{time}</span>
              )}{' '}
              <span class={`badge ${kBadges[severity] ?? 'quiet'}`}>{subtitleMeanings[check]?.[tag] ?? check}</span>{' '}
              {english ? <ServerText>{english}</ServerText> : text}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

/** A new file in the place of this one. The old one stays known, and is left out. */
function Replace(props: {
  readonly entry: EntryDetails;
  readonly file: SubtitleFile;
  readonly uploads: Uploads;
  readonly onReplaced: () => void;
}) {
  const { entry, file, uploads, onReplaced } = props;
  const { strings } = useStrings(subtitlesStrings);
  const toast = useToast();
  const failure = useFailure();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const replace = async (chosen: File) => {
    setBusy(true);
    try {
      const { language } = file.options;
      const end = await uploads.send(chosen, {
        filename: replacementName(file.file, chosen.name),
        entry: entry.id,
        ...(language ? { language } : {}),
      });
      if (end.stage === 'done') {
        await settle(entry.id, file);
        toast(fill(strings.replaced, { file: file.file }));
        onReplaced();
      } else if (end.detail) {
        toast(fillWith(strings.notReplaced, { file: file.file, reason: <ServerText>{end.detail}</ServerText> }));
      }
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      failure(problem);
    }
    setBusy(false);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".srt,.vtt,.ass,.ssa,.ttml,.dfxp,.xml,.smi,.sami,.sbv,.sub,.txt"
        hidden
        data-replaces={file.file}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) void replace(chosen);
        }}
      />
      <button
        type="button"
        class="button"
        disabled={busy}
        aria-label={fill(strings.of, { action: strings.replace, file: file.file })}
        onClick={() => input.current?.click()}
      >
        {busy ? strings.replacing : strings.replace}
      </button>
    </>
  );
}

/** What was set for the old file is not for the new one; an old one of another name is left out. */
async function settle(entry: string, old: SubtitleFile): Promise<void> {
  const { subtitles } = (await fetchEntryDetails(entry)).value;
  const same = subtitles.find(({ file }) => file === old.file);
  if (!same) return;
  const isNew = JSON.stringify(same.report) !== JSON.stringify(old.report);
  const others = subtitles.some(
    ({ file, language, kind }) => file !== old.file && language === old.language && kind === old.kind,
  );
  if (others && !isNew) await setSubtitlesUsed(entry, old.file, false);
  else if (Object.keys(old.options).length > 0) await resetSubtitles(entry, old.file);
}

