// Who did what, newest first. For admins.

import { useCallback, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { useStrings } from '../locale';
import { fill, formatMoment } from '../text';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { detailText, partsOfAction } from './as_run';
import { useLoaded } from './live';
import { logStrings } from './log_strings';
import { fetchAudit, type AuditRecord } from './rooms_api';
import { roomsStrings } from './rooms_strings';
import { useFailure } from './session';
import { studioStrings } from './strings';

const kPage = 100;

export function Audit() {
  const { strings } = useStrings(logStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { strings: rooms } = useStrings(roomsStrings);
  const failure = useFailure();
  const [words, setWords] = useState('');
  const [older, setOlder] = useState<{ readonly items: readonly AuditRecord[]; readonly next: string | null } | null>(
    null,
  );
  const [busy, setBusy] = useState(false);
  const { value, error } = useLoaded(
    useCallback((signal: AbortSignal) => fetchAudit(null, kPage, signal), []),
    (type) => type !== 'airing' && type !== 'job',
  );
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  // The first page follows what happens. What has been read beside it stays, and stands there once.
  const seen = new Set(value.items.map(({ id }) => id));
  const all = [...value.items, ...(older?.items ?? []).filter(({ id }) => !seen.has(id))];
  const next = older ? older.next : value.next;
  const found = all.filter((record) => fits(record, words));
  const readOlder = async () => {
    setBusy(true);
    try {
      const page = await fetchAudit(next, kPage);
      const before = older?.items ?? value.items; // so that none is lost when the first page moves on
      setOlder({ items: [...before, ...page.items], next: page.next });
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      failure(problem);
    }
    setBusy(false);
  };
  return (
    <section aria-label={strings.audit}>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Field label={studio.search} hint={strings.auditHint}>
          {(input) => (
            <input {...input} type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
          )}
        </Field>
      </form>
      {found.length === 0 ? (
        <p>{studio.nothingFound}</p>
      ) : (
        <div class="table-box" tabIndex={0} role="region" aria-label={strings.audit}>
          <table class="rundown log-table">
            <thead>
              <tr>
                <th scope="col">{strings.when}</th>
                <th scope="col">{strings.who}</th>
                <th scope="col">{strings.did}</th>
                <th scope="col">{strings.with}</th>
                <th scope="col">{strings.detail}</th>
              </tr>
            </thead>
            <tbody>
              {found.map((record) => (
                <AuditRow key={record.id} record={record} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next !== null && (
        <p>
          <Button disabled={busy} onClick={() => void readOlder()}>
            {rooms.more}
          </Button>
        </p>
      )}
      <p class="soft small">{fill(strings.auditCount, { n: found.length })}</p>
    </section>
  );
}

export function AuditRow({ record }: { readonly record: AuditRecord }) {
  const { tag } = useStrings(logStrings);
  const { at, actor, action, subject, detail } = record;
  return (
    <tr class={partsOfAction(action)[0] === 'incident' ? 'incident' : ''}>
      <td class="time">
        <time dateTime={at}>{formatMoment(Date.parse(at), Date.now(), tag)}</time>
      </td>
      <td>{actor}</td>
      <td>
        <ActionName action={action} />
      </td>
      <td class="breakable">{subject}</td>
      <td class="soft small breakable">{detailText(detail)}</td>
    </tr>
  );
}

/** In words where there are some; the log's own name stays to be searched for. */
export function ActionName({ action }: { readonly action: string }) {
  const { strings } = useStrings(logStrings);
  const [kind, verb] = partsOfAction(action);
  const table = strings as Readonly<Record<string, unknown>>;
  const word = (key: string, otherwise: string) => {
    const found = table[key];
    return typeof found === 'string' ? found : otherwise;
  };
  return (
    <span title={action}>
      {word(`k_${kind}`, kind)}
      {verb && `: ${word(`v_${verb}`, verb)}`}
    </span>
  );
}

function fits({ actor, action, subject, detail }: AuditRecord, words: string): boolean {
  const all = `${actor} ${action} ${subject} ${detailText(detail)}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}
