// The page of a venue's screen: opened once, then nobody touches it. There is nothing to press, no frame
// around it and no cursor.

import { render } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ScreenDesign, ScreenOrders } from '../api';
import { findLanguage, LocaleContext, useStrings, type Tag } from '../locale';
import { countryName, fill, formatLength, formatTime, pickText } from '../text';
import { nextFilm, overlayAt } from './overlay';
import { programmeAt } from '../schedule';
import { ordersOf, Session } from './session';
import { screenStrings } from './strings';
import '../ui/base.css';
import './screen.css';

declare global {
  interface Window {
    /** For measuring instruments. */
    matineeScreen?: Session;
  }
}

const kTick = 200; // milliseconds between looks at what stands over the picture

function Screen() {
  const video = useRef<HTMLVideoElement>(null);
  const [session, setSession] = useState<Session | null>(null);
  const [, setTick] = useState(0);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const created = new Session(element, () => setTick((tick) => tick + 1));
    window.matineeScreen = created;
    setSession(created);
    const timer = window.setInterval(() => setTick((tick) => tick + 1), kTick);
    return () => {
      window.clearInterval(timer);
      delete window.matineeScreen;
      created.destroy();
    };
  }, []);
  useWakeLock();
  useFullScreen();
  const language = (session && ordersOf(session.stage)?.design.language) ?? '';
  const locale = useMemo(() => {
    const found = findLanguage();
    const tag: Tag = language === '' ? found.tag : language;
    return { tag, languages: [tag, ...found.languages], choose() {} };
  }, [language]);
  useEffect(() => {
    document.documentElement.lang = locale.tag;
  }, [locale.tag]);
  return (
    <LocaleContext.Provider value={locale}>
      <main class="screen">
        <video ref={video} playsInline disablePictureInPicture aria-hidden="true" tabIndex={-1} />
        {session && <Over session={session} />}
      </main>
    </LocaleContext.Provider>
  );
}

function Over({ session }: { readonly session: Session }) {
  const { strings } = useStrings(screenStrings);
  const { stage } = session;
  if (stage.is === 'pairing') return <PairingCard code={stage.code} />;
  const { orders } = stage;
  if (!orders) {
    return (
      <section class="card patient" data-card="connecting" role="status">
        <h1>{strings.connecting}</h1>
      </section>
    );
  }
  return (
    <>
      <Programme session={session} orders={orders} />
      {performance.now() < session.identifyUntil && (
        <section class="identify" role="status">
          <h1>{orders.name}</h1>
        </section>
      )}
    </>
  );
}

function PairingCard({ code }: { readonly code: string }) {
  const { strings } = useStrings(screenStrings);
  return (
    <section class="card" data-card="pairing" role="status">
      <h1>{strings.pairing}</h1>
      <p class="code" role="img" aria-label={[...code].join(' ')}>
        <span aria-hidden="true">{code.slice(0, 3)}</span>
        <span aria-hidden="true">{code.slice(3)}</span>
      </p>
      <p>{strings.pairingHint}</p>
      <p>
        <code>{`matinee screen approve ${code} --name "…" --channel …`}</code>
      </p>
    </section>
  );
}

interface ProgrammeProps {
  readonly session: Session;
  readonly orders: ScreenOrders;
}

function Programme({ session, orders }: ProgrammeProps) {
  const { strings } = useStrings(screenStrings);
  const { design, channel } = orders;
  const style = { '--screen-accent': design.accent };
  if (!channel) {
    return (
      <section class="card" data-card="idle" role="status" style={style}>
        <h1>{fill(strings.idle, { name: orders.name })}</h1>
        <p>{strings.idleHint}</p>
      </section>
    );
  }
  const now = session.serverTime() ?? Date.now();
  const shown = session.playback?.state === 'playing';
  // What is about to play need not be covered first.
  const starting = session.playback === null || session.playback.state === 'starting';
  const overlay = overlayAt(session.known, now, design);
  const offAir = session.reachable && session.known.length > 0 && !programmeAt(session.known, now);
  return (
    <div class="over" style={style}>
      {!shown && (
        <section class={starting ? 'card patient' : 'card'} data-card={offAir ? 'off-air' : 'away'} role="status">
          <p class="channel">{channel.title}</p>
          <h1>{offAir ? strings.offAir : design.away || strings.away}</h1>
          <NextUp next={nextFilm(session.known, now)} />
        </section>
      )}
      {shown && overlay.lowerThird && <LowerThird programme={overlay.lowerThird} />}
      {shown && overlay.next && (
        <aside class="next-up">
          <NextUp next={overlay.next} />
        </aside>
      )}
      <Clock design={design} now={now} always={!shown} />
    </div>
  );
}

type Titled = NonNullable<ReturnType<typeof overlayAt>['lowerThird']>;

function Titles({ programme }: { readonly programme: Titled }) {
  const { languages, tag } = useStrings(screenStrings);
  const title = pickText(programme.title, languages);
  const credits = [
    programme.author ?? '',
    programme.country ? countryName(programme.country, tag) : '',
  ].filter((text) => text !== '');
  return (
    <>
      <p class="film-title">{title}</p>
      {credits.length > 0 && <p class="film-credits">{credits.join(' · ')}</p>}
    </>
  );
}

function LowerThird({ programme }: { readonly programme: Titled }) {
  return (
    <aside class="lower-third" key={programme.start}>
      <Titles programme={programme} />
    </aside>
  );
}

function NextUp({ next }: { readonly next: ReturnType<typeof nextFilm> }) {
  const { strings } = useStrings(screenStrings);
  if (!next) return null;
  return (
    <div class="coming">
      <p class="coming-label">{strings.next}</p>
      <Titles programme={next.programme} />
      <p class="countdown time">{fill(strings.startsIn, { time: formatLength(next.seconds) })}</p>
    </div>
  );
}

function Clock({ design, now, always }: { readonly design: ScreenDesign; readonly now: number; readonly always: boolean }) {
  const { tag } = useStrings(screenStrings);
  if (design.clock === 'off' && !always) return null;
  const place = design.clock === 'off' ? 'top-right' : design.clock;
  return <p class={`clock time ${place}`}>{formatTime(now, tag)}</p>;
}

const kAskAgain = 60_000; // milliseconds until a wake lock that was refused is asked for again

/**
 * Keeps the display from going dark. Browsers let go of it whenever the page is hidden, and when they see fit
 * (a low battery); until they give it back the machine's own settings decide.
 */
function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return undefined;
    const abort = new AbortController();
    const { signal } = abort;
    let held: WakeLockSentinel | null = null;
    let timer: number | undefined;
    const ask = async () => {
      window.clearTimeout(timer);
      if (signal.aborted || document.visibilityState !== 'visible' || held?.released === false) return;
      try {
        held = await navigator.wakeLock.request('screen');
        held.addEventListener('release', () => void ask(), { once: true });
      } catch {
        timer = window.setTimeout(() => void ask(), kAskAgain);
      }
    };
    void ask();
    document.addEventListener('visibilitychange', () => void ask(), { signal });
    return () => {
      abort.abort();
      window.clearTimeout(timer);
      void held?.release();
    };
  }, []);
}

/** A kiosk browser fills the display by itself; another one does when somebody touches the page. */
function useFullScreen(): void {
  useEffect(() => {
    const abort = new AbortController();
    const enter = () => {
      if (document.fullscreenElement || !document.fullscreenEnabled) return;
      document.documentElement.requestFullscreen({ navigationUI: 'hide' }).catch(() => {
        // The browser wants another gesture: the next one.
      });
    };
    for (const event of ['click', 'keydown']) {
      document.addEventListener(event, enter, { signal: abort.signal });
    }
    return () => abort.abort();
  }, []);
}

const root = document.getElementById('app');
if (root) render(<Screen />, root);
