// How the server is: its version, the disk, what it would warn of, and what went wrong on the air.

import { useCallback, useEffect } from 'preact/hooks';
import { useStrings } from '../locale';
import { fill, formatMoment } from '../text';
import { ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import { ActionName } from './audit';
import { detailText } from './as_run';
import { inUnits } from './channel_form';
import { useLoaded } from './live';
import { fetchSystem, type SystemState } from './rooms_api';
import { settingsStrings } from './settings_strings';

const kLook = 30_000; // milliseconds

export function Health() {
  const { value, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchSystem(signal), []),
    (type) => type === 'rundown' || type === 'incident',
  );
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, kLook);
    return () => window.clearInterval(timer);
  }, [reload]);
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  return (
    <>
      {error && <ServerSilent />}
      <Checks system={value} />
      <Incidents system={value} />
    </>
  );
}

const kBadges = { ok: 'good', warning: 'warn', problem: 'bad' } as const;

function Checks({ system }: { readonly system: SystemState }) {
  const { strings, tag } = useStrings(settingsStrings);
  const { version, started, server_time, disk, checks } = system;
  const bytes = (value: number) => {
    const [number, unit] = inUnits(value);
    return new Intl.NumberFormat(tag, { style: 'unit', unit, maximumFractionDigits: 1 }).format(number);
  };
  const used = disk.total_bytes > 0 ? 1 - disk.free_bytes / disk.total_bytes : 0;
  const now = Date.parse(server_time);
  return (
    <section class="room-section">
      <h2>{strings.server}</h2>
      <dl class="facts wide-facts">
        <dt>{strings.version}</dt>
        <dd>matinee {version}</dd>
        <dt>{strings.started}</dt>
        <dd>{formatMoment(Date.parse(started), now, tag)}</dd>
        <dt>{strings.disk}</dt>
        <dd>
          {fill(strings.free, { free: bytes(disk.free_bytes), total: bytes(disk.total_bytes) })}
          <progress class="elapsed" max={1} value={used} aria-label={strings.diskUsed} />
        </dd>
      </dl>
      <ul class="checks">
        {checks.map(({ check, severity, detail, remedy }) => (
          <li key={check} data-check={check}>
            <span class={`badge ${kBadges[severity]}`}>{strings[`h_${severity}`]}</span>
            <div>
              <p>
                <span class="title">
                  {(strings as Readonly<Record<string, unknown>>)[`c_${check}`] as string ?? check}
                </span>{' '}
                <span class="soft"><ServerText>{detail}</ServerText></span>
              </p>
              {remedy && <p class="small"><ServerText>{remedy}</ServerText></p>}
            </div>
          </li>
        ))}
      </ul>
      <p class="soft small">
        {strings.doctor} <code>matinee doctor</code>
      </p>
    </section>
  );
}

function Incidents({ system }: { readonly system: SystemState }) {
  const { strings, tag } = useStrings(settingsStrings);
  const { incidents, server_time } = system;
  const now = Date.parse(server_time);
  return (
    <section class="room-section">
      <h2>{strings.incidents}</h2>
      {incidents.length === 0 ? (
        <p>{strings.noIncidents}</p>
      ) : (
        <ul class="checks">
          {incidents.map(({ id, at, action, subject, detail }) => (
            <li key={id}>
              <time class="time soft" dateTime={at}>
                {formatMoment(Date.parse(at), now, tag)}
              </time>
              <div class="breakable">
                <p>
                  <span class="title">
                    <ActionName action={action} />
                  </span>{' '}
                  {subject}
                </p>
                <p class="soft small"><ServerText>{detailText(detail)}</ServerText></p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
